import {
  AuthorityId,
  Id128,
  PatientId,
  PractitionerId,
  ProviderId,
  PurposeOfUse,
  RecordId,
  RecordVersion,
  Sha256,
  Timestamp,
  TxId,
  closedObject as body,
} from '@careledger/domain';
import { Type } from 'typebox';
import { ScopeTags } from './parts.js';

/**
 * Signed by the requester: an authority, or the patient for records about the patient, with the consent key or the
 * gateway's, which opens what others have written. Which version is meant is looked up before: no next
 * version changes the one that is named, so that none overtakes the permit.
 */
export const AccessRequestBody = body({
  patientId: PatientId,
  recordId: RecordId,
  version: RecordVersion,
  purpose: PurposeOfUse,
  granteeTags: ScopeTags,
  practitionerId: Type.Optional(PractitionerId),
  /** The provider through which it is made: no other can submit it or spend its permit. */
  relay: ProviderId,
});

/**
 * By an authority: it has shown the content of a direct emergency notice to somebody. It does not expire, since the
 * ledger may have been away; the chaincode writes down what it would have decided.
 */
export const NoticeReadingBody = body({
  patientId: PatientId,
  recordId: RecordId,
  version: RecordVersion,
  /** Of the manifest that the notice carried. */
  manifestHash: Sha256,
  purpose: PurposeOfUse,
  granteeTags: ScopeTags,
  practitionerId: Type.Optional(PractitionerId),
  readAt: Timestamp,
  /** Whether the authority decided by its own peer, or, while that was away, by its mirror of the ledger. */
  decidedBy: Type.Union([Type.Literal('peer'), Type.Literal('mirror')]),
});

/** Provider → provider: releases what a committed permit allows. Never on a ledger. */
export const ReleaseRequestBody = body({
  permitTxId: TxId,
  requestSid: Id128,
  patientId: PatientId,
  recordId: RecordId,
  version: RecordVersion,
  requester: Type.Union([AuthorityId, PatientId]),
});
