import { KeyFamily, type Present } from '@careledger/chaincode-runtime';
import type {
  AccessState,
  AnnouncedRecordState,
  AttestationState,
  ForkState,
  HeadState,
  ReadingAnchorState,
  StoredRecordState,
  VisitState,
  WrapHolderState,
} from '@careledger/contracts';
import type { Timestamp } from '@careledger/domain';

/**
 * Everything that lies in this chaincode's state, besides the record indexes (`record-index.ts`). A patient's keys
 * begin with the patient; indexes by authority hold one key per row and are never read by what writes. So two
 * patients' transactions do not conflict.
 */

/** Every stored version. */
export const storedVersions = new KeyFamily<StoredRecordState>('stored', [
  'patientId',
  'recordId',
  'version',
]);
/** What to know of a record before its next version. */
export interface StoredHead {
  readonly version: number;
  /** Who made version 1: the record's author. */
  readonly author: string;
}
export const storedHeads = new KeyFamily<StoredHead>('stored-head', ['patientId', 'recordId']);

/** Providers that have stored records of a patient. */
export const wrapHolders = new KeyFamily<{ readonly heldSince: Timestamp }>('wrap-holder', [
  'patientId',
  'providerId',
]);
/** The newest word of each on whose wraps it holds. */
export const wrapAttestations = new KeyFamily<NonNullable<WrapHolderState['attested']>>('wrap-attestation', [
  'patientId',
  'providerId',
]);

/** Every announced version. */
export const announcedVersions = new KeyFamily<AnnouncedRecordState>('announced', [
  'patientId',
  'recordId',
  'version',
]);

/** The anchored head of a patient's chain. */
export const heads = new KeyFamily<HeadState>('head', ['patientId']);
/** Every anchor. */
export const anchors = new KeyFamily<HeadState>('anchor', ['patientId', 'height']);

/** Anchored days of authorities' logs of who read their copies. */
export const readingAnchors = new KeyFamily<ReadingAnchorState>('reading-anchor', ['authorityId', 'day']);

/** One for each key that was convicted: more evidence against it says nothing new. */
export const forks = new KeyFamily<ForkState>('fork', ['patientId', 'height', 'key']);
/** Gateway keys that signed two histories: they anchor no more. Where the evidence is. */
export const forkedKeys = new KeyFamily<{ readonly height: number; readonly key: string }>('forked-key', [
  'patientId',
  'key',
]);

/** By requester, too: statement ids are visible, and nobody takes the place of another's. */
export const accesses = new KeyFamily<AccessState>('access', ['patientId', 'requester', 'requestSid']);
export const accessesByTime = new KeyFamily<Present>('access-by-time', [
  'patientId',
  'at',
  'requester',
  'requestSid',
]);
export const accessesByRequester = new KeyFamily<Present>('access-by-requester', [
  'patientId',
  'requester',
  'at',
  'requestSid',
]);

/** By authority, too: an id that is seen on one channel is not taken on the other. */
export const visits = new KeyFamily<VisitState>('visit', ['patientId', 'authorityId', 'visitId']);
export const visitsByTime = new KeyFamily<Present>('visit-by-time', [
  'patientId',
  'at',
  'authorityId',
  'visitId',
]);
export const visitsByAuthority = new KeyFamily<Present>('visit-by-authority', [
  'authorityId',
  'at',
  'patientId',
  'visitId',
]);
/** Check-in codes that a visit has used up. */
export const usedCheckIns = new KeyFamily<{ readonly visitId: string }>('check-in', ['patientId', 'sid']);

/** One per attestor's key and transaction. */
export const attestations = new KeyFamily<AttestationState>('attestation', [
  'channel',
  'txId',
  'mspId',
  'kid',
]);
