import {
  AuthorityId,
  Id128,
  PatientId,
  ProviderId,
  RecordId,
  RecordVersion,
  RuleSubject,
  Sha256,
  TxId,
} from '@careledger/domain';
import { Type, type Static, type TSchema } from 'typebox';
import { AccessState, AnnouncedRecordState, SubscriptionState, VisitState } from './state.js';

/** Chaincode events and their payloads (JSON). Each transaction emits at most one, with all its items' news. */
export const EVENTS = {
  PatientsChanged: Type.Object({
    patientIds: Type.Array(PatientId),
    /** They were registered: nothing of theirs was there before that could have changed. */
    areNew: Type.Optional(Type.Literal(true)),
  }),
  OrganisationsChanged: Type.Object({ ids: Type.Array(Type.String()) }),
  PolicyChanged: Type.Object({
    changes: Type.Array(
      Type.Object({
        patientId: PatientId,
        policyVersion: Type.Integer(),
        /** Denials as well. */
        granted: Type.Array(Type.Object({ grantId: Id128, authorityId: RuleSubject })),
        revoked: Type.Array(Id128),
        revokedThroughSeq: Type.Optional(Type.Integer()),
      }),
    ),
  }),
  CopyEndAttested: Type.Object({ patientId: PatientId, authorityId: AuthorityId, grantId: Id128 }),
  SubscriptionChanged: Type.Object({ subscriptions: Type.Array(SubscriptionState) }),
  RecordsStored: Type.Object({
    records: Type.Array(Type.Object({ patientId: PatientId, recordId: RecordId, version: RecordVersion })),
  }),
  RecordsAnnounced: Type.Object({ records: Type.Array(AnnouncedRecordState) }),
  TagsConfirmed: Type.Object({
    records: Type.Array(Type.Object({ patientId: PatientId, recordId: RecordId, version: RecordVersion })),
  }),
  WrapsAttested: Type.Object({
    holders: Type.Array(
      Type.Object({ patientId: PatientId, providerId: ProviderId, policyVersion: Type.Integer() }),
    ),
  }),
  HeadsAnchored: Type.Object({
    heads: Type.Array(Type.Object({ patientId: PatientId, height: Type.Integer(), hash: Sha256 })),
  }),
  ReadingsAnchored: Type.Object({ authorityId: AuthorityId, day: Type.String(), hash: Sha256 }),
  AccessDecided: Type.Object({ accesses: Type.Array(AccessState) }),
  ReadingsReported: Type.Object({ accesses: Type.Array(AccessState) }),
  VisitRecorded: Type.Object({ visit: VisitState }),
  ForkReported: Type.Object({ patientId: PatientId, height: Type.Integer(), txId: TxId }),
  TransactionsAttested: Type.Object({ txIds: Type.Array(TxId) }),
} as const satisfies Record<string, TSchema>;

export type EventName = keyof typeof EVENTS;
export type EventPayload<N extends EventName> = Static<(typeof EVENTS)[N]>;
