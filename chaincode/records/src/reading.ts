import type { Verified } from '@careledger/chaincode-runtime';
import type { AccessDenialCode, Decision } from '@careledger/contracts';
import { termsOnRecord } from '@careledger/policy';
import type { DecisionRequest } from './access-control.js';
import type { FoundVersion } from './stored.js';

/** Somebody wants to read a version, or has been shown one. */
export type Reading = Verified<'accessRequest' | 'noticeReading'>;

/**
 * What is to be decided of a reading. A version that is not there has no tags: it is covered by what covers everything.
 */
export function questionOf({ iss, body }: Reading, found: FoundVersion | undefined): DecisionRequest {
  const { patientId, granteeTags, practitionerId, purpose } = body;
  return {
    patientId,
    requester: iss,
    granteeTags,
    ...(practitionerId === undefined ? {} : { practitionerId }),
    permission: 'read',
    purpose,
    ...(found === undefined ? { tagGroups: [] } : termsOnRecord(found.stored)),
    // Whoever made this version knows what it says. Who made the first one does not know what others have added since.
    ...(found === undefined ? {} : { author: found.stored.author }),
  };
}

/** The denial that there is nothing to decide about, on the same policy version. */
export function recordUnknown({ policyVersion }: Decision): Decision {
  const reason: AccessDenialCode = 'RECORD_UNKNOWN';
  return { decision: 'deny', reason, policyVersion };
}

/** What every access says of the reading and of the answer. */
export function outlineOf(
  { iss, sid, body }: Reading,
  { decision, reason, policyVersion, grantId }: Decision,
) {
  const { patientId, practitionerId, recordId, purpose } = body;
  return {
    patientId,
    requestSid: sid,
    requester: iss,
    ...(practitionerId === undefined ? {} : { practitionerId }),
    recordId,
    purpose,
    decision,
    reason,
    policyVersion,
    ...(grantId === undefined ? {} : { grantId }),
  };
}
