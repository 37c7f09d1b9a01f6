import { PatientError } from './errors.js';
import { FREE_MISTAKES, MISTAKES_FORGOTTEN_MS, MISTAKE_PAUSE_MAX_MS, MISTAKE_PAUSE_MS } from './limits.js';

interface Mistakes {
  readonly count: number;
  readonly lastMs: number;
}
const NONE: Mistakes = { count: 0, lastMs: Number.NEGATIVE_INFINITY };

/**
 * Wrong passphrases, by who sent them and for whom. Each costs a pause that doubles, for the token and for the patient:
 * tokens take a patient's guesses no further together than one alone. A token that made no mistake of its own about a
 * patient is heard whatever others did, and no pause is longer than a minute: whoever has the right passphrase gets in.
 * In memory: a caller cannot make the gateway start again.
 */
export class PassphraseMistakes {
  readonly #clock: () => number;
  readonly #ofPatient = new Map<string, Mistakes>();
  /** By caller, then by patient. */
  readonly #ofCaller = new Map<string, Map<string, Mistakes>>();

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** @throws PatientError `PASSPHRASE_BACKOFF` */
  assertMayTry(caller: string, patientId: string): void {
    const nowMs = this.#clock();
    this.#forget(nowMs);
    const own = this.#ofCaller.get(caller);
    const mistakes = own === undefined ? [] : [...own.values()];
    const untilMs = Math.max(
      pauseEndMs({
        count: mistakes.reduce((total, { count }) => total + count, 0),
        lastMs: Math.max(NONE.lastMs, ...mistakes.map(({ lastMs }) => lastMs)),
      }),
      own?.has(patientId) === true ? pauseEndMs(this.#ofPatient.get(patientId) ?? NONE) : NONE.lastMs,
    );
    if (untilMs <= nowMs) return;
    throw new PatientError('PASSPHRASE_BACKOFF', 'Wrong passphrases came before: wait, then try again', {
      retryAfterMs: untilMs - nowMs,
    });
  }

  /** The passphrase was wrong. */
  note(caller: string, patientId: string): void {
    const own = this.#ofCaller.get(caller) ?? new Map<string, Mistakes>();
    this.#ofCaller.set(caller, own);
    for (const mistakes of [own, this.#ofPatient]) {
      const { count } = mistakes.get(patientId) ?? NONE;
      mistakes.set(patientId, { count: count + 1, lastMs: this.#clock() });
    }
  }

  /** It was right: this caller's mistakes about this patient are forgiven, and nobody else's. */
  forgive(caller: string, patientId: string): void {
    const own = this.#ofCaller.get(caller);
    const forgiven = own?.get(patientId);
    if (own === undefined || forgiven === undefined) return;
    own.delete(patientId);
    if (own.size === 0) this.#ofCaller.delete(caller);
    const left = this.#ofPatient.get(patientId) ?? NONE;
    if (left.count <= forgiven.count) this.#ofPatient.delete(patientId);
    else this.#ofPatient.set(patientId, { ...left, count: left.count - forgiven.count });
  }

  #forget(nowMs: number): void {
    const isOver = ({ lastMs }: Mistakes): boolean => nowMs - lastMs > MISTAKES_FORGOTTEN_MS;
    for (const [patientId, mistakes] of this.#ofPatient)
      if (isOver(mistakes)) this.#ofPatient.delete(patientId);
    for (const [caller, own] of this.#ofCaller) {
      for (const [patientId, mistakes] of own) if (isOver(mistakes)) own.delete(patientId);
      if (own.size === 0) this.#ofCaller.delete(caller);
    }
  }
}

function pauseEndMs({ count, lastMs }: Mistakes): number {
  if (count < FREE_MISTAKES) return NONE.lastMs;
  return lastMs + Math.min(MISTAKE_PAUSE_MAX_MS, MISTAKE_PAUSE_MS * 2 ** (count - FREE_MISTAKES));
}
