/** A grant or a registration reaches the two channels one after the other, within this. */
export const PREMATURE_GRACE_MS = 20_000;

/**
 * How long a version is refused already for what may end by itself. It is counted from the first such refusal that is
 * heard, not from when the version was made: after an outage the ledger may have to catch up first. Kept in memory: a
 * restart begins a new grace.
 */
export class Grace {
  readonly #sinceMs = new Map<string, number>();

  /** @param graceMs how long refusals go on before they count */
  constructor(readonly graceMs: number = PREMATURE_GRACE_MS) {}

  /** Notes a refusal of now; true once they have gone on for the grace. */
  isOver(version: string, nowMs: number): boolean {
    const sinceMs = this.#sinceMs.get(version) ?? nowMs;
    this.#sinceMs.set(version, sinceMs);
    return nowMs - sinceMs >= this.graceMs;
  }

  /** The version was taken, or refused for good. */
  forget(version: string): void {
    this.#sinceMs.delete(version);
  }
}
