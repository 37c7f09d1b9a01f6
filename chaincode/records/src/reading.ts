import type { Submission, Verified } from '@careledger/chaincode-runtime';
import { ContractError, type AccessDenialCode, type Decision } from '@careledger/contracts';
import { termsOnRecord } from '@careledger/policy';
import { decideAll, type DecisionRequest } from './access-control.js';
import { lookUpVersion, type FoundVersion } from './stored.js';

/** Somebody wants to read a version, or has been shown one. */
export type Reading = Verified<'accessRequest' | 'noticeReading'>;

/** What the ledger says to a reading. */
export interface Judged {
  /** Undefined where the version is not stored. */
  readonly found: FoundVersion | undefined;
  readonly decided: Decision;
}

/** What the ledger says to readings, by statement hash; nothing where the patient is unknown. */
export type Judgements = ReadonlyMap<string, Judged>;

/**
 * Asks about all of them at once. It reads the versions, of which only a confirmation of their tags changes
 * anything, and what the decisions rest on: each patient's policy and rules.
 */
export async function judge(tx: Submission, readings: readonly Reading[]): Promise<Judgements> {
  const found = await Promise.all(readings.map(({ body }) => lookUpVersion(tx, body)));
  const decisions = await decideAll(
    tx,
    readings.map((reading, index) => questionOf(reading, found[index])),
  );
  return new Map(
    readings.flatMap(({ statement }, index) => {
      const decided = decisions[index] ?? null;
      return decided === null ? [] : [[statement.hash, { found: found[index], decided }] as const];
    }),
  );
}

/** @throws ContractError `PATIENT_UNKNOWN` */
export function judgedOf({ statement }: Reading, judgements: Judgements | undefined): Judged {
  const judged = judgements?.get(statement.hash);
  if (judged === undefined) throw new ContractError('PATIENT_UNKNOWN');
  return judged;
}

/**
 * What is to be decided of a reading. A version that is not there has no tags: it is covered by what covers everything.
 */
function questionOf({ iss, body }: Reading, found: FoundVersion | undefined): DecisionRequest {
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
export function recordUnknown({ policyVersion, policyHash }: Decision): Decision {
  const reason: AccessDenialCode = 'RECORD_UNKNOWN';
  return { decision: 'deny', reason, policyVersion, policyHash };
}

/** What every access says of the reading and of the answer. */
export function outlineOf(
  { iss, sid, body }: Reading,
  { decision, reason, policyVersion, policyHash, grantId }: Decision,
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
    policyHash,
    ...(grantId === undefined ? {} : { grantId }),
  };
}
