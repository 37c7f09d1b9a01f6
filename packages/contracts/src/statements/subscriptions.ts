import {
  CopyTerms,
  Id128,
  IncludesDetail,
  PatientId,
  Permission,
  PurposeOfUse,
  Sha256,
  Timestamp,
  closedObject as body,
} from '@careledger/domain';
import { Type } from 'typebox';
import { Sealed, DelegationPath } from './parts.js';

/**
 * Authority → patient. The statement's `sid` is the subscription's id. `sealed` (to the patient) says why, and which records are
 * meant: the ledger has the salted hash of that.
 */
export const RequestSubscriptionBody = body({
  patientId: PatientId,
  permissions: Type.Array(Permission, { minItems: 1, uniqueItems: true }),
  purposes: Type.Array(PurposeOfUse, { minItems: 1, uniqueItems: true }),
  until: Type.Optional(Timestamp),
  /** Absent: it asks for every record. */
  scopeHash: Type.Optional(Sha256),
  /** It asks to keep a copy of what it may read. */
  copy: Type.Optional(CopyTerms),
  /** It asks for the single measured values as well. */
  detail: Type.Optional(IncludesDetail),
  /** Until when it waits for the answer, SUBSCRIPTION_PENDING_MAX_S at most. */
  answerBy: Type.Optional(Timestamp),
  sealed: Type.Optional(Sealed),
});
/** By the patient. Approval is a grant that names the subscription. */
export const RejectSubscriptionBody = body({ subscriptionId: Id128, path: Type.Optional(DelegationPath) });
/** By the authority. Ends notices; the grant ends by the patient's revocation or its own time. */
export const CancelSubscriptionBody = body({ subscriptionId: Id128, patientId: PatientId });
