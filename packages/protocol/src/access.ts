import {
  AuthorityId,
  Id128,
  NullOr,
  PatientId,
  RECORD_MAX_BYTES,
  RecordId,
  RecordVersion,
  Timestamp,
  TxId,
  closedObject,
} from '@careledger/domain';
import { ACCESS_BATCH_MAX_ITEMS, AccessState, CompactJws, STATEMENT_MAX_CHARS } from '@careledger/contracts';
import { Type, type Static } from 'typebox';
import { Ciphertext, CompactJwe } from './provider.js';

/**
 * Bytes of ciphertext that a holder releases in one answer: the rest is asked for again. A relay asks no further holder once
 * it has as many, so that an answer of its own has less than twice of it.
 */
export const RELEASED_MAX_BYTES = RECORD_MAX_BYTES;
/** Largest answer of this kind: what is released in base64url, with manifests, wrap sets, receipts and decisions. */
export const ACCESS_ANSWER_MAX_BYTES = 16 * 1024 * 1024;
/** Largest request of this kind: as many statements as one transaction decides on. */
export const ACCESS_BODY_LIMIT_BYTES = ACCESS_BATCH_MAX_ITEMS * (STATEMENT_MAX_CHARS + 3) + 1024;

const Statements = Type.Array(CompactJws, { minItems: 1, maxItems: ACCESS_BATCH_MAX_ITEMS });

/** Why an item of a batch came to nothing: as a problem is (RFC 9457), by its code. */
export const ItemProblem = Type.Object(
  {
    code: Type.String({ description: 'As a problem of its own would have it, see `/problems/{code}`' }),
    detail: Type.String(),
    /** The code of the ledger, or of the format. */
    reason: Type.Optional(Type.String()),
  },
  { title: 'ItemProblem' },
);
export type ItemProblem = Static<typeof ItemProblem>;

export const AccessRequestHttp = closedObject({
  /** `accessRequest` statements of the caller's own: of one patient or of several, a version each. */
  statements: Statements,
});
export type AccessRequestHttp = Static<typeof AccessRequestHttp>;

/** What a provider releases: everything that a recipient needs to check and open one version, and nobody else's wrap. */
export const ReleasedRecord = Type.Object(
  {
    recordId: RecordId,
    version: RecordVersion,
    patientId: PatientId,
    manifest: CompactJws,
    wrapSet: CompactJws,
    /** The requester's own; null where no wrap is for a key of the requester. */
    wrap: Type.Union([CompactJwe, Type.Null()]),
    acceptance: CompactJws,
    ciphertext: Ciphertext,
    receipt: CompactJws,
  },
  { title: 'ReleasedRecord' },
);
export type ReleasedRecord = Static<typeof ReleasedRecord>;

/** What became of one permit: a record, the problem why there is none, or `left`. */
export const ReleaseItem = Type.Object(
  {
    /** `sid` of the access request; null where a statement could not be read that far. */
    requestSid: Type.Union([Id128, Type.Null()]),
    record: Type.Optional(ReleasedRecord),
    problem: Type.Optional(ItemProblem),
    left: Type.Optional(
      Type.Literal(true, {
        description: 'The answer is full: nothing is released or used up yet. Send the statement again.',
      }),
    ),
  },
  { title: 'ReleaseItem' },
);
export type ReleaseItem = Static<typeof ReleaseItem>;

/** What became of one request: the same, with the permit or denial as it lies on the ledger. */
export const AccessItem = Type.Object(
  {
    ...ReleaseItem.properties,
    /** Absent where the ledger has written nothing. */
    access: Type.Optional(AccessState),
  },
  { title: 'AccessItem' },
);
export type AccessItem = Static<typeof AccessItem>;

/** In the order of the statements. */
export const AccessAnswer = Type.Object({ items: Type.Array(AccessItem) });
export type AccessAnswer = Static<typeof AccessAnswer>;

export const ReleaseRequestHttp = closedObject({
  /** `releaseRequest` statements of the provider that asks, a permit each. */
  statements: Statements,
});
export type ReleaseRequestHttp = Static<typeof ReleaseRequestHttp>;

/** In the order of the statements. */
export const ReleaseAnswer = Type.Object({ items: Type.Array(ReleaseItem) });
export type ReleaseAnswer = Static<typeof ReleaseAnswer>;

/** Permits of one patient's; each is named as the ledger has it. */
export const ReleaseLookupRequest = closedObject({
  patientId: PatientId,
  permits: Type.Array(
    closedObject({
      permitTxId: TxId,
      requester: Type.Union([PatientId, AuthorityId]),
      requestSid: Id128,
    }),
    { minItems: 1, maxItems: ACCESS_BATCH_MAX_ITEMS },
  ),
});
export type ReleaseLookupRequest = Static<typeof ReleaseLookupRequest>;

/** What the holder did under one permit, by its own log. */
export const ReleaseLookup = Type.Object(
  {
    /** When the permit was spent; null: nothing was released under it. */
    releasedAt: NullOr(Timestamp),
    /** The recipient's own word that it got the version; null where none came. */
    receipt: NullOr(CompactJws),
  },
  { title: 'ReleaseLookup' },
);
export type ReleaseLookup = Static<typeof ReleaseLookup>;

/** In the order of the permits. */
export const ReleaseLookupAnswer = Type.Object({ items: Type.Array(ReleaseLookup) });
export type ReleaseLookupAnswer = Static<typeof ReleaseLookupAnswer>;

export const ReceiptRequest = closedObject({
  /** JWS by the recipient, one for each record: it got this version under this permit. */
  receipts: Statements,
});
export type ReceiptRequest = Static<typeof ReceiptRequest>;

/** In the order of the receipts; one without a problem is kept. */
export const ReceiptAnswer = Type.Object(
  {
    items: Type.Array(Type.Object({ problem: Type.Optional(ItemProblem) })),
  },
  { title: 'ReceiptAnswer' },
);
export type ReceiptAnswer = Static<typeof ReceiptAnswer>;
