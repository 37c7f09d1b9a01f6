import { Id128, NullOr, PatientId, Timestamp, TxId } from '@careledger/domain';
import { Type } from 'typebox';
import { VISIT_STAGES, type KeptVisit, type VisitContent } from './visit-store.js';

/** A visit of this authority. */
export const Visit = Type.Object(
  {
    visitId: Id128,
    patientId: PatientId,
    at: Timestamp,
    /** `unknown`: on the ledger, but not in this service's store. */
    stage: Type.Enum([...VISIT_STAGES, 'unknown']),
    /** With the patient's check-in code, which the ledger took in time. A visit that is not must not be billable. */
    confirmed: Type.Boolean(),
    /** On `authorities`. */
    txId: NullOr(TxId),
    /** On `cloud`. */
    relatedTxId: NullOr(TxId),
    relayedBy: NullOr(Type.String()),
    reason: NullOr(Type.String()),
    /** What was done there; for practitioners. */
    data: Type.Optional(Type.Unknown()),
  },
  { title: 'Visit' },
);

/** A kept visit, with what was done there for those who may see it. */
export function shown(visit: KeptVisit, content?: VisitContent) {
  const { visitId, patientId, at, stage, confirmed, txId, relatedTxId, relayedBy, refusal } = visit;
  return {
    visitId,
    patientId,
    at,
    stage,
    confirmed,
    txId,
    relatedTxId,
    relayedBy,
    reason: refusal,
    ...(content !== undefined && { data: JSON.parse(content.data) as unknown }),
  };
}
