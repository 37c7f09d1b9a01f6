import type { AccessState } from '@careledger/contracts';
import { ProblemError } from '@careledger/service-kit';
import type { ProblemCode } from '../problems.js';
import type { ReleaseStore } from '../store/release-store.js';

/** What is to be released, by the request's own word. */
export interface ReleaseClaim {
  readonly requestSid: string;
  readonly permitTxId: string;
  readonly patientId: string;
  readonly recordId: string;
  readonly version: number;
  readonly requester: string;
}

/**
 * Spends a permit: it must be the committed one of this very request, record version and provider, a permit, still
 * fresh, and not used before. After this returns, bytes may leave.
 * @param committed what this provider's own peer has on channel `cloud`
 * @throws ProblemError PERMIT_INVALID, PERMIT_EXPIRED, PERMIT_USED
 */
export function spendPermit(
  claim: ReleaseClaim,
  committed: AccessState | undefined,
  providerId: string,
  nowMs: number,
  releases: ReleaseStore,
): void {
  if (committed === undefined || !matches(claim, committed, providerId))
    throw new ProblemError<ProblemCode>(
      'PERMIT_INVALID',
      'No committed permit is for this request, version and provider',
    );
  if (committed.releaseBefore === undefined || nowMs >= Date.parse(committed.releaseBefore))
    throw new ProblemError<ProblemCode>('PERMIT_EXPIRED', 'A permit is good for 30 s after its transaction');
  const used = releases.use({
    requestSid: claim.requestSid,
    permitTxId: claim.permitTxId,
    recordId: claim.recordId,
    version: claim.version,
    requester: claim.requester,
    releasedAt: new Date(nowMs).toISOString(),
  });
  if (!used)
    throw new ProblemError<ProblemCode>(
      'PERMIT_USED',
      'A permit is good for one release; sign a new request',
    );
}

const matches = (claim: ReleaseClaim, committed: AccessState, providerId: string): boolean =>
  committed.decision === 'permit' &&
  committed.releasingProviderId === providerId &&
  committed.txId === claim.permitTxId &&
  committed.requestSid === claim.requestSid &&
  committed.patientId === claim.patientId &&
  committed.recordId === claim.recordId &&
  committed.version === claim.version &&
  committed.requester === claim.requester;
