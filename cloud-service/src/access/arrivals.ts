import type { AccessState } from '@careledger/contracts';
import { elapsedMs, type Clock, type Instant } from '../clock.js';

/** How long an arrival is remembered; after that its permit is over in any case. */
const REMEMBERED_MS = 120_000;
/** How long a release waits for a permit that this provider's peer does not have yet. */
const PERMIT_WAIT_MS = 3_000;

/** A permit as this provider's own peer has it in a block. */
export interface Arrival {
  readonly access: AccessState;
  /**
   * The latest instant at which the peer did not have it yet. Undefined for a permit that was met later than it came: in
   * catching up, or before this process began.
   */
  readonly at: Instant | undefined;
}

/** One transaction may permit many requests, and a statement's id is its issuer's own. */
export interface PermitName {
  readonly permitTxId: string;
  readonly requester: string;
  readonly requestSid: string;
}
const keyOf = ({ permitTxId, requester, requestSid }: PermitName): string =>
  [permitTxId, requester, requestSid].join();
const nameOf = ({ txId, requester, requestSid }: AccessState): PermitName => ({
  permitTxId: txId,
  requester,
  requestSid,
});

/** The permits that arrived while this process lives. None of them comes back after a restart. */
export class Arrivals {
  readonly #clock: Clock;
  readonly #arrivals = new Map<string, { readonly arrival: Arrival; readonly noted: Instant }>();
  readonly #waiting = new Map<string, ((arrival: Arrival) => void)[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Notes a permit; what is noted already stays. */
  note(arrival: Arrival): void {
    const key = keyOf(nameOf(arrival.access));
    const noted = this.#clock();
    this.#forgetBefore(noted);
    if (!this.#arrivals.has(key)) this.#arrivals.set(key, { arrival, noted });
    for (const resolve of this.#waiting.get(key) ?? []) resolve(arrival);
    this.#waiting.delete(key);
  }

  /** A permit, if it has come. */
  known(permit: PermitName): Arrival | undefined {
    return this.#arrivals.get(keyOf(permit))?.arrival;
  }

  /** A permit that has not come yet, waited for a short while: whoever relays it may have a peer that is faster. */
  async waitFor(permit: PermitName, waitMs = PERMIT_WAIT_MS): Promise<Arrival | undefined> {
    const key = keyOf(permit);
    const { promise, resolve } = Promise.withResolvers<Arrival | undefined>();
    this.#waiting.set(key, [...(this.#waiting.get(key) ?? []), resolve]);
    const timer = setTimeout(() => resolve(undefined), waitMs);
    const arrival = await promise;
    clearTimeout(timer);
    if (arrival === undefined) this.#stopWaiting(key, resolve);
    return arrival;
  }

  #stopWaiting(key: string, resolve: (arrival: Arrival) => void): void {
    const others = this.#waiting.get(key)?.filter((each) => each !== resolve) ?? [];
    if (others.length > 0) this.#waiting.set(key, others);
    else this.#waiting.delete(key);
  }

  #forgetBefore(now: Instant): void {
    for (const [key, { noted }] of this.#arrivals) {
      if (elapsedMs(noted, now) < REMEMBERED_MS) return;
      this.#arrivals.delete(key);
    }
  }
}
