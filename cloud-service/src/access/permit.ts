import { PERMIT_RELEASE_WINDOW_S, type AccessState } from '@careledger/contracts';
import { ProblemError } from '@careledger/service-kit';
import { elapsedMs, type Instant } from '../clock.js';
import type { ProblemCode } from '../problems.js';
import type { Arrival } from './arrivals.js';
import type { ReleaseStore } from './release-store.js';

/** What is to be released, by the request's own word. */
export interface ReleaseClaim {
  readonly requestSid: string;
  readonly permitTxId: string;
  readonly patientId: string;
  readonly recordId: string;
  readonly version: number;
  readonly requester: string;
}

/** Who releases to whom, and what counts now. */
export interface Spending {
  /** As this provider's own peer has it; undefined where it has none of that transaction. */
  readonly arrival: Arrival | undefined;
  /** This provider. */
  readonly releasing: string;
  /** The provider that asks, by its token and its signature. */
  readonly relay: string;
  /** Of the patient's policy at the own peer, asked for last. */
  readonly policyVersion: number;
  readonly now: Instant;
}

/** A claim, and what there is to judge it by. */
export interface Claimed {
  readonly claim: ReleaseClaim;
  readonly spending: Spending;
}

/**
 * Spends permits, each by itself. One must be the committed one of this very request, record version, relay and holder; it
 * must have come to this provider's peer within the last 30 s, while this provider looked; by its own time and that of its
 * grant it must not be over; the patient must not have changed the policy since; and it must not have been used. After this
 * returns, the bytes of those without an objection may leave.
 * @returns in the order of the claims, undefined for one that is spent now: PERMIT_INVALID, PERMIT_EXPIRED,
 *   POLICY_CHANGED, PERMIT_USED
 */
export function spendPermits(
  claimed: readonly Claimed[],
  releases: ReleaseStore,
): (ProblemError<ProblemCode> | undefined)[] {
  const objections = claimed.map(objectionTo);
  const good = claimed.filter((_, index) => objections[index] === undefined);
  const spent = releases.use(
    good.map(({ claim, spending: { now } }) => ({
      requestSid: claim.requestSid,
      permitTxId: claim.permitTxId,
      recordId: claim.recordId,
      version: claim.version,
      requester: claim.requester,
      releasedAt: new Date(now.wallMs).toISOString(),
    })),
  );
  const outcomes = spent.values();
  return objections.map((objection) => {
    if (objection !== undefined) return objection;
    const used = outcomes.next().value === true;
    if (!used)
      return new ProblemError<ProblemCode>(
        'PERMIT_USED',
        'A permit is good for one release; sign a new request',
      );
    return undefined;
  });
}

function objectionTo({ claim, spending }: Claimed): ProblemError<ProblemCode> | undefined {
  const { arrival, policyVersion, now } = spending;
  if (arrival === undefined || !matches(claim, arrival.access, spending))
    return new ProblemError<ProblemCode>(
      'PERMIT_INVALID',
      'No committed permit is for this request, version, relay and provider',
    );
  const { access, at } = arrival;
  if (!isFresh(access, at, now))
    return new ProblemError<ProblemCode>(
      'PERMIT_EXPIRED',
      `A permit is good for ${PERMIT_RELEASE_WINDOW_S} s, while its holder sees it come`,
    );
  if (policyVersion !== access.policyVersion)
    return new ProblemError<ProblemCode>(
      'POLICY_CHANGED',
      'The patient has changed what is granted since the permit; sign a new request',
    );
  return undefined;
}

/** The relay's clock alone dates the permit, so that its date can only shorten what this provider's clocks allow. */
function isFresh({ releaseBefore }: AccessState, at: Instant | undefined, now: Instant): boolean {
  if (at === undefined || releaseBefore === undefined) return false;
  return elapsedMs(at, now) < PERMIT_RELEASE_WINDOW_S * 1000 && now.wallMs < Date.parse(releaseBefore);
}

const matches = (
  claim: ReleaseClaim,
  access: AccessState,
  { releasing, relay }: Pick<Spending, 'releasing' | 'relay'>,
): boolean =>
  access.basis === 'request' &&
  access.decision === 'permit' &&
  access.releasingProviderId === releasing &&
  access.throughProviderId === relay &&
  access.txId === claim.permitTxId &&
  access.requestSid === claim.requestSid &&
  access.patientId === claim.patientId &&
  access.recordId === claim.recordId &&
  access.version === claim.version &&
  access.requester === claim.requester;
