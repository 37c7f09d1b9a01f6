import { AccessState } from '@careledger/contracts';
import {
  Id128,
  NullOr,
  PatientId,
  Period,
  PurposeOfUse,
  RecordId,
  RecordKind,
  RecordVersion,
  Timestamp,
} from '@careledger/domain';
import { Type } from 'typebox';
import { ACCESS_BASES } from './access-log.js';

/** What a record holds: a FHIR R4 Bundle, as far as every record has it. */
export const Bundle = Type.Object(
  {
    resourceType: Type.Literal('Bundle'),
    type: Type.String(),
    entry: Type.Array(Type.Object({ fullUrl: Type.Optional(Type.String()), resource: Type.Unknown() })),
  },
  { title: 'Bundle' },
);

/** A record of a span: what it says, or why that is not shown. */
export const OpenedRecord = Type.Object(
  {
    recordId: RecordId,
    version: RecordVersion,
    kind: RecordKind,
    period: Period,
    problem: NullOr(
      Type.Object({
        code: Type.String({ description: 'As a problem of its own would have it, see `/problems/{code}`' }),
        detail: Type.String(),
        /** Of a denial: the ledger's code. */
        reason: NullOr(Type.String()),
      }),
    ),
    content: NullOr(Bundle),
  },
  { title: 'OpenedRecord' },
);

const OwnEntry = Type.Object(
  {
    /**
     * `request`: through a provider. `notice`: a direct emergency was shown. `visit`: what this authority did. `copy`:
     * from the copy that it keeps.
     */
    basis: Type.Enum([...ACCESS_BASES]),
    requestSid: Id128,
    patientId: PatientId,
    recordId: NullOr(RecordId),
    visitId: NullOr(Id128),
    version: NullOr(RecordVersion),
    purpose: PurposeOfUse,
    practitionerId: NullOr(Type.String()),
    unit: NullOr(Type.String()),
    caller: NullOr(Type.String()),
    providerId: NullOr(Type.String()),
    askedAt: Timestamp,
    decision: NullOr(AccessState.properties.decision),
    reason: NullOr(Type.String()),
    /** Of a notice: the own peer, or, while that was away, the own mirror; of a copy always the mirror. */
    decidedBy: NullOr(Type.Enum(['peer', 'mirror'])),
    txId: NullOr(Type.String()),
    /** `opened`, `denied`, or the code with which nothing was shown; null: the answer never came. */
    outcome: NullOr(Type.String()),
  },
  { title: 'OwnEntry' },
);

/** What the audit shows of one access. */
export const AuditEntry = Type.Object(
  {
    /** Null: this authority asked, the ledger shows no decision (on this page). */
    ledger: NullOr(AccessState),
    /** Null: the ledger has a request under this authority's key that this service did not make. Look into it. */
    own: NullOr(OwnEntry),
  },
  { title: 'AuditEntry' },
);
