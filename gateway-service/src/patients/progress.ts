/** Wakes those who wait for a patient's outbox, instead of letting them ask again and again. */
export class PatientProgress {
  readonly #waiters = new Map<number, Set<() => void>>();

  /** Something of the patient's has moved on. */
  notify(patientNo: number): void {
    for (const wake of this.#waiters.get(patientNo) ?? []) wake();
  }

  /** Resolves with true once `isDone` holds, looked at whenever something moves; with false after the time. */
  async until(patientNo: number, isDone: () => boolean, timeoutMs: number): Promise<boolean> {
    if (isDone()) return true;
    const waiters = this.#waiters.get(patientNo) ?? new Set<() => void>();
    this.#waiters.set(patientNo, waiters);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const wake = (): void => {
      if (isDone()) resolve(true);
    };
    const timer = setTimeout(() => resolve(isDone()), timeoutMs);
    waiters.add(wake);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      waiters.delete(wake);
      if (waiters.size === 0) this.#waiters.delete(patientNo);
    }
  }
}
