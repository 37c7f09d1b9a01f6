import {
  AuthorityId,
  ChannelName,
  Id128,
  PatientId,
  RecordId,
  RecordKind,
  RecordVersion,
  Timestamp,
  TxId,
  closedObject as args,
} from '@careledger/domain';
import { Type } from 'typebox';
import { AccessBatch, AccessBatchResult, Batch, BatchResult, ItemResult } from './batch.js';
import { DENIAL_CODES, STATEMENT_CODES } from './codes.js';
import { transaction } from './contract.js';
import { PageArgs, pageOf } from './page.js';
import {
  AccessState,
  AnnouncedRecordState,
  AttestationState,
  Decision,
  ForkState,
  HeadState,
  ReadingAnchorState,
  StoredRecordState,
  VisitState,
  WrapHolderState,
} from './state.js';
import { Day } from './statements/copies.js';
import { CompactJws } from './statements/parts.js';

const oneStatement = args({ statement: CompactJws });
const cloud = ['cloud'] as const;
const authorities = ['authorities'] as const;
const both = ['authorities', 'cloud'] as const;

/** Why an item of a batch may be refused: its statement, or what it is about. */
const ITEM_CODES = [...STATEMENT_CODES, 'BATCH_DUPLICATE_SUBJECT', 'PATIENT_UNKNOWN'] as const;
/** The same of a record's version: besides, its author. */
const RECORD_CODES = [
  ...ITEM_CODES,
  'AUTHORITY_UNKNOWN',
  'AUTHOR_MISMATCH',
  'RECORD_ID_MISMATCH',
  'RECORD_KIND_CHANGED',
  'VERSION_CONFLICT',
  ...DENIAL_CODES,
] as const;

/** Who asks for records: an authority, or the patient. */
const Requester = Type.Union([AuthorityId, PatientId]);

/** Filter of a record query: by patient, by author, or both (at least one), kind, and period start (half-open). */
const RecordFilter = {
  patientId: Type.Optional(PatientId),
  /** Records that this authority wrote. */
  authorityId: Type.Optional(AuthorityId),
  kind: Type.Optional(RecordKind),
  from: Type.Optional(Timestamp),
  to: Type.Optional(Timestamp),
  ...PageArgs,
};

/**
 * Chaincode `records`: what exists, who asked for it, and what was answered. It may call `access-control`, never the
 * reverse.
 */
export const records = {
  name: 'records',
  transactions: {
    /** Version 1 of records, by `storeRecord` statements naming the calling provider. An authority needs `write`. */
    StoreRecords: transaction({
      kind: 'submit',
      channels: cloud,
      callers: ['provider'],
      args: Batch,
      result: BatchResult,
      codes: [],
      itemCodes: [...RECORD_CODES, 'PROVIDER_MISMATCH', 'RECORD_EXISTS'],
      event: 'RecordsStored',
    }),
    /**
     * The next version of records. The author may; another authority needs `modify` for the newest stored version and
     * for the new one. Kind and class of author stay.
     */
    ReviseRecords: transaction({
      kind: 'submit',
      channels: cloud,
      callers: ['provider'],
      args: Batch,
      result: BatchResult,
      codes: [],
      itemCodes: [...RECORD_CODES, 'PROVIDER_MISMATCH', 'RECORD_UNKNOWN'],
      event: 'RecordsStored',
    }),
    /** Announces stored versions to the authorities, each after the one before. Reads and writes no heads. */
    AnnounceRecords: transaction({
      kind: 'submit',
      channels: authorities,
      callers: ['patients-operator', 'authority'],
      args: Batch,
      result: BatchResult,
      codes: [],
      itemCodes: [...RECORD_CODES, 'RECORD_EXISTS', 'VERSION_NOT_YET'],
      event: 'RecordsAnnounced',
    }),
    /**
     * What versions by other authors hold, by the patient's gateway, which has opened them: instead of the author's tags, for
     * that version alone. A later one, with the next `seq`, corrects.
     */
    ConfirmRecordTags: transaction({
      kind: 'submit',
      channels: both,
      callers: ['patients-operator'],
      args: Batch,
      result: BatchResult,
      codes: [],
      itemCodes: [
        ...ITEM_CODES,
        'RECORD_UNKNOWN',
        'AUTHOR_MISMATCH',
        'MANIFEST_MISMATCH',
        'CONFIRMATION_CONFLICT',
      ],
      event: 'TagsConfirmed',
    }),
    /**
     * Providers say that of the patients whose records they hold no wrap is left of anybody whom the policy does not let
     * read. The newest word of each counts; an older one changes nothing.
     */
    AttestWraps: transaction({
      kind: 'submit',
      channels: cloud,
      callers: ['provider'],
      args: Batch,
      result: BatchResult,
      codes: [],
      itemCodes: [
        ...ITEM_CODES,
        'PROVIDER_UNKNOWN',
        'PROVIDER_MISMATCH',
        'RECORD_UNKNOWN',
        'POLICY_VERSION_UNKNOWN',
      ],
      event: 'WrapsAttested',
    }),
    /** Anchors chain heads: each names the head anchored before. */
    AnchorHeads: transaction({
      kind: 'submit',
      channels: authorities,
      callers: ['patients-operator'],
      args: Batch,
      result: BatchResult,
      codes: [],
      itemCodes: [...ITEM_CODES, 'ANCHOR_PREV_MISMATCH', 'ANCHOR_HEIGHT_NOT_RISING', 'CHAIN_FORKED'],
      event: 'HeadsAnchored',
    }),
    /** Anchors one day of an authority's log of who read its copies: by itself, once the day is over, and once. */
    AnchorReadings: transaction({
      kind: 'submit',
      channels: authorities,
      callers: ['authority'],
      args: oneStatement,
      result: ItemResult,
      codes: [...STATEMENT_CODES, 'READINGS_ANCHORED', 'READINGS_NOT_OVER'],
      event: 'ReadingsAnchored',
    }),
    /**
     * Keeps two blocks of one height, both signed by gateway keys of the patient, as evidence (canonical JSON each). It
     * convicts the key that signed both; where no single one did, those among the signers that were rotated away.
     */
    ReportFork: transaction({
      kind: 'submit',
      channels: authorities,
      callers: ['member'],
      args: args({
        patientId: PatientId,
        blocks: Type.Tuple([Type.String({ maxLength: 65_536 }), Type.String({ maxLength: 65_536 })]),
      }),
      result: ForkState,
      codes: ['PATIENT_UNKNOWN', 'FORK_EVIDENCE_INVALID'],
      event: 'ForkReported',
    }),
    /**
     * Decides each `accessRequest` and writes its permit or its denial; both are a committed success, and so is the denial
     * of a request for what is unknown. Only the relay that a request names submits it. The same request again returns
     * what was written first.
     */
    RequestAccess: transaction({
      kind: 'submit',
      channels: cloud,
      callers: ['provider'],
      args: AccessBatch,
      result: AccessBatchResult,
      codes: [],
      itemCodes: [...ITEM_CODES, 'STATEMENT_EXPIRED', 'AUTHORITY_UNKNOWN', 'RELAY_MISMATCH'],
      event: 'AccessDecided',
    }),
    /** Writes down that authorities showed direct emergency notices to somebody, and what the ledger says to it. */
    ReportReadings: transaction({
      kind: 'submit',
      channels: cloud,
      callers: ['member'],
      args: Batch,
      result: BatchResult,
      codes: [],
      itemCodes: [...ITEM_CODES, 'AUTHORITY_UNKNOWN'],
      event: 'ReadingsReported',
    }),
    /** Records a visit (`visit` statement of the calling authority). */
    RecordVisit: transaction({
      kind: 'submit',
      channels: authorities,
      callers: ['authority'],
      args: oneStatement,
      result: ItemResult,
      codes: [...STATEMENT_CODES, 'PATIENT_UNKNOWN', 'AUTHORITY_UNKNOWN', 'VISIT_EXISTS', 'CHECK_IN_INVALID'],
      event: 'VisitRecorded',
    }),
    /** The related entry on `cloud`: the same visit statement, relayed by any provider. */
    RelateVisit: transaction({
      kind: 'submit',
      channels: cloud,
      callers: ['provider'],
      args: oneStatement,
      result: ItemResult,
      codes: [...STATEMENT_CODES, 'PATIENT_UNKNOWN', 'AUTHORITY_UNKNOWN', 'VISIT_EXISTS', 'CHECK_IN_INVALID'],
      event: 'VisitRecorded',
    }),
    /**
     * Attestations of committed transactions, by registered attestors. One an attestor and transaction; in one batch, one
     * an organisation and transaction.
     */
    AttestTransactions: transaction({
      kind: 'submit',
      channels: both,
      callers: ['member'],
      args: Batch,
      result: BatchResult,
      codes: [],
      itemCodes: [
        ...STATEMENT_CODES,
        'BATCH_DUPLICATE_SUBJECT',
        'ATTESTOR_UNKNOWN',
        'ATTESTOR_LIMIT',
        'ATTESTATION_CONFLICT',
      ],
      event: 'TransactionsAttested',
    }),
    /** The newest stored version (or the named one) of a record. */
    GetRecord: transaction({
      kind: 'evaluate',
      channels: cloud,
      callers: ['member'],
      args: args({ patientId: PatientId, recordId: RecordId, version: Type.Optional(RecordVersion) }),
      result: StoredRecordState,
      codes: ['RECORD_UNKNOWN'],
    }),
    /** The versions of a record, oldest first, on either channel. */
    RecordHistory: transaction({
      kind: 'evaluate',
      channels: both,
      callers: ['member'],
      args: args({ patientId: PatientId, recordId: RecordId, ...PageArgs }),
      result: pageOf(Type.Union([StoredRecordState, AnnouncedRecordState])),
      codes: ['RECORD_UNKNOWN', 'PAGE_TOKEN_INVALID'],
    }),
    /** One announced version. */
    GetAnnouncement: transaction({
      kind: 'evaluate',
      channels: authorities,
      callers: ['member'],
      args: args({ patientId: PatientId, recordId: RecordId, version: RecordVersion }),
      result: AnnouncedRecordState,
      codes: ['RECORD_UNKNOWN'],
    }),
    /** Providers that have stored records of a patient, each with its newest word on the wraps. */
    ListWrapHolders: transaction({
      kind: 'evaluate',
      channels: cloud,
      callers: ['member'],
      args: args({ patientId: PatientId, ...PageArgs }),
      result: pageOf(WrapHolderState),
      codes: ['PAGE_TOKEN_INVALID'],
    }),
    /** Stored records (newest version of each), by period start. */
    ListRecords: transaction({
      kind: 'evaluate',
      channels: cloud,
      callers: ['member'],
      args: args(RecordFilter),
      result: pageOf(StoredRecordState),
      codes: ['PAGE_TOKEN_INVALID'],
    }),
    /** Announced records (every version), by period start. */
    ListAnnouncements: transaction({
      kind: 'evaluate',
      channels: authorities,
      callers: ['member'],
      args: args(RecordFilter),
      result: pageOf(AnnouncedRecordState),
      codes: ['PAGE_TOKEN_INVALID'],
    }),
    /** The patient's anchored head; `head` is null before the first anchor. */
    GetHead: transaction({
      kind: 'evaluate',
      channels: authorities,
      callers: ['member'],
      args: args({ patientId: PatientId }),
      result: Type.Object({ head: Type.Union([HeadState, Type.Null()]) }),
      codes: [],
    }),
    /** Every anchor of a patient, by height. */
    ListAnchors: transaction({
      kind: 'evaluate',
      channels: authorities,
      callers: ['member'],
      args: args({ patientId: PatientId, ...PageArgs }),
      result: pageOf(HeadState),
      codes: ['PAGE_TOKEN_INVALID'],
    }),
    /** The anchored days of an authority's log of who read its copies, oldest first; `from` and `to` are half-open. */
    ListReadingAnchors: transaction({
      kind: 'evaluate',
      channels: authorities,
      callers: ['member'],
      args: args({
        authorityId: AuthorityId,
        from: Type.Optional(Day),
        to: Type.Optional(Day),
        ...PageArgs,
      }),
      result: pageOf(ReadingAnchorState),
      codes: ['PAGE_TOKEN_INVALID'],
    }),
    /** Forks on record for a patient. */
    ListForks: transaction({
      kind: 'evaluate',
      channels: authorities,
      callers: ['member'],
      args: args({ patientId: PatientId, ...PageArgs }),
      result: pageOf(ForkState),
      codes: ['PAGE_TOKEN_INVALID'],
    }),
    /** One access by its request's statement id, which is unique to its issuer. */
    GetAccess: transaction({
      kind: 'evaluate',
      channels: cloud,
      callers: ['member'],
      args: args({ patientId: PatientId, requester: Requester, requestSid: Id128 }),
      result: AccessState,
      codes: ['PERMIT_UNKNOWN'],
    }),
    /** Who asked for what, when, and the answer: by patient, newest last. Every other member filters; time is half-open. */
    ListAccesses: transaction({
      kind: 'evaluate',
      channels: cloud,
      callers: ['member'],
      args: args({
        patientId: PatientId,
        requester: Type.Optional(Requester),
        recordId: Type.Optional(RecordId),
        decision: Type.Optional(Decision.properties.decision),
        requestSid: Type.Optional(Id128),
        txId: Type.Optional(TxId),
        from: Type.Optional(Timestamp),
        to: Type.Optional(Timestamp),
        ...PageArgs,
      }),
      result: pageOf(AccessState),
      codes: ['PAGE_TOKEN_INVALID'],
    }),
    /** Visits of a patient, or at an authority. */
    ListVisits: transaction({
      kind: 'evaluate',
      channels: both,
      callers: ['member'],
      args: args({
        patientId: Type.Optional(PatientId),
        authorityId: Type.Optional(AuthorityId),
        ...PageArgs,
      }),
      result: pageOf(VisitState),
      codes: ['PAGE_TOKEN_INVALID'],
    }),
    /** Attestations about a transaction of the named channel. */
    GetAttestations: transaction({
      kind: 'evaluate',
      channels: both,
      callers: ['member'],
      args: args({ channel: ChannelName, txId: TxId }),
      result: Type.Object({ attestations: Type.Array(AttestationState) }),
      codes: [],
    }),
  },
} as const;
