import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';

/** Longest time for which records of the hour stand back at once; then they go on for as long as they stood back. */
const STAND_BACK_MAX_MS = 2_000;
const LOOK_AGAIN_MS = 5;

export interface MakingTurnsOptions {
  /** Whether an emergency is being made or told at this moment. */
  readonly isEmergency: () => boolean;
  /** Milliseconds, of a clock that only goes on. */
  readonly clock?: () => number;
}

/**
 * Turns of the records that nobody waits for: one a turn of the event loop, so that whatever else has come goes between two of
 * them, and none while an emergency is on its way to those who are told. Never more than half of the time stands back: many
 * emergencies slow the records down and do not stop them.
 */
export class MakingTurns {
  readonly #isEmergency: () => boolean;
  readonly #clock: () => number;
  #last: Promise<void> = Promise.resolve();
  /** No standing back before then. */
  #goesUntilMs = 0;

  constructor({ isEmergency, clock = () => performance.now() }: MakingTurnsOptions) {
    this.#isEmergency = isEmergency;
    this.#clock = clock;
  }

  /** Resolves when it is the caller's turn, in the order of asking. */
  next(): Promise<void> {
    this.#last = this.#last.then(() => this.#turn());
    return this.#last;
  }

  async #turn(): Promise<void> {
    await nextTurn();
    const beginMs = this.#clock();
    if (beginMs < this.#goesUntilMs || !this.#isEmergency()) return;
    let heldMs = 0;
    while (heldMs < STAND_BACK_MAX_MS && this.#isEmergency()) {
      await delay(LOOK_AGAIN_MS);
      heldMs = this.#clock() - beginMs;
    }
    if (heldMs >= STAND_BACK_MAX_MS) this.#goesUntilMs = this.#clock() + heldMs;
  }
}
