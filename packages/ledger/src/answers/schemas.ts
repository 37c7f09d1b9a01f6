import {
  AccessState,
  DENIAL_CODES,
  Decision,
  GrantState,
  Ruling,
  WRAPS_DELETED_WITHIN_S,
  WrapHolderState,
} from '@careledger/contracts';
import {
  AuthorityId,
  Id128,
  PatientId,
  PublicKey,
  PurposeOfUse,
  RecordId,
  RecordVersion,
  Tag,
  Timestamp,
  TxId,
} from '@careledger/domain';
import { Next } from '@careledger/service-kit';
import { Type, type Static } from 'typebox';
import { ledgerPageQuery } from '../service/pages.js';

const KeyThen = Type.Union([PublicKey, Type.Null()]);

/** Which version, at which time. */
export const ReadersQuery = Type.Object({
  at: Type.Optional(
    Type.Unsafe<string>({ ...Timestamp, description: 'Default: now. Times are those of transactions' }),
  ),
  version: Type.Optional(
    Type.Unsafe<number>({ ...RecordVersion, description: 'Default: the newest that was stored by then' }),
  ),
  ...ledgerPageQuery,
});
export type ReadersQuery = Static<typeof ReadersQuery>;

/** A grant by which the record could be read, with what is decided about each purpose and everybody whom it is for. */
const Reader = Type.Object(
  {
    grant: GrantState,
    /** The authority's keys at that time; null where it had none. The record's key is wrapped to the first. */
    encryptionKey: KeyThen,
    signingKey: KeyThen,
    reads: Type.Array(
      Type.Object({
        /** Null: anybody at the authority. */
        granteeTag: Type.Union([Tag, Type.Null()]),
        purpose: PurposeOfUse,
        decision: Ruling,
      }),
    ),
  },
  { title: 'Reader' },
);

/** Who could read a record. */
export const ReadersPage = Type.Object(
  {
    recordId: RecordId,
    version: RecordVersion,
    at: Timestamp,
    /** Of the patient's policy at that time. */
    policyVersion: Decision.properties.policyVersion,
    /** Of that version, as accesses decided by it name it. */
    policyHash: Decision.properties.policyHash,
    readers: Type.Array(Reader),
    /** Who needs no grant: the patient, and whoever made the version. */
    byRight: Type.Array(Type.Union([PatientId, AuthorityId])),
    next: Next,
  },
  { title: 'ReadersPage' },
);
export type ReadersPage = Static<typeof ReadersPage>;

/** Which attempts. */
const attempts = {
  recordId: Type.Optional(RecordId),
  decision: Type.Optional(AccessState.properties.decision),
  from: Type.Optional(Timestamp),
  to: Type.Optional(Type.Unsafe<string>({ ...Timestamp, description: 'Exclusive' })),
};

/** Filters of a list of attempts to read. */
export const AttemptsFilter = { ...attempts, ...ledgerPageQuery };

/** The attempts whose decisions are to be explained. */
export const DecisionsQuery = Type.Object({
  ...attempts,
  txId: Type.Optional(TxId),
  requestSid: Type.Optional(Id128),
  ...ledgerPageQuery,
});
export type DecisionsQuery = Static<typeof DecisionsQuery>;

/** A decision with what decided it. */
export const ExplainedDecision = Type.Object(
  {
    access: AccessState,
    /** The grant of a permit, the denial of a denial by rule; null where no single rule decided. */
    rule: Type.Union([GrantState, Type.Null()]),
    /**
     * Of a denial for want of a grant: the patient's grants to the requester that were on the ledger then, each with the
     * conditions that it did not meet. One that met them all failed by who within the authority asked.
     */
    considered: Type.Array(
      Type.Object({ grant: GrantState, missing: Type.Array(Type.Enum([...DENIAL_CODES])) }),
    ),
  },
  { title: 'ExplainedDecision' },
);
export type ExplainedDecision = Static<typeof ExplainedDecision>;

export const DecisionsPage = Type.Object(
  { decisions: Type.Array(ExplainedDecision), next: Next },
  { title: 'DecisionsPage' },
);
export type DecisionsPage = Static<typeof DecisionsPage>;

/** A provider that holds a patient's records, with the oldest deletion of wraps that it has yet to attest. */
export const WrapHolder = Type.Object(
  {
    ...WrapHolderState.properties,
    owed: Type.Union([
      Type.Object({
        policyVersion: Type.Integer({ description: 'The oldest revocation that it has not attested' }),
        since: Timestamp,
        isOverdue: Type.Boolean({ description: `For longer than ${WRAPS_DELETED_WITHIN_S} s` }),
      }),
      Type.Null(),
    ]),
  },
  { title: 'WrapHolder' },
);
export type WrapHolder = Static<typeof WrapHolder>;

export const WrapHoldersPage = Type.Object(
  { holders: Type.Array(WrapHolder), next: Next },
  { title: 'WrapHoldersPage' },
);
export type WrapHoldersPage = Static<typeof WrapHoldersPage>;
