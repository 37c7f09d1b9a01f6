import {
  PatientId,
  Period,
  ProviderId,
  PurposeOfUse,
  RecordId,
  RecordKind,
  RecordSeed,
  RecordVersion,
  Sha256,
  TagGroups,
  Timestamp,
  TxId,
  closedObject as body,
} from '@careledger/domain';
import { Type } from 'typebox';
import { RECORD_MAX_BYTES } from '../limits.js';
import { ScopeTags, PolicySeq } from './parts.js';

const Height = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

/** What the decision needs of an authority that writes; without them, `TREAT` and nobody in particular. */
const WritingAs = {
  purpose: Type.Optional(PurposeOfUse),
  granteeTags: Type.Optional(ScopeTags),
};

/** By the author of a version: the patient's gateway key, or an authority with the right to write. */
export const StoreRecordBody = body({
  patientId: PatientId,
  recordId: RecordId,
  /** Of the record's id, by the author of version 1; the same in every version. */
  seed: RecordSeed,
  version: RecordVersion,
  /** SHA-256 of the previous version's manifest; null for version 1. */
  prevVersionHash: Type.Union([Sha256, Type.Null()]),
  kind: RecordKind,
  period: Period,
  providerId: ProviderId,
  manifestHash: Sha256,
  ciphertextSha256: Sha256,
  sizeBytes: Type.Integer({ minimum: 1, maximum: RECORD_MAX_BYTES }),
  tagGroups: TagGroups,
  ...WritingAs,
});

/** By the author: tells the authorities that a version is stored, and where. */
export const AnnounceRecordBody = body({
  patientId: PatientId,
  recordId: RecordId,
  seed: RecordSeed,
  version: RecordVersion,
  /** SHA-256 of the previous version's manifest, which has to be announced before; null for version 1. */
  prevVersionHash: Type.Union([Sha256, Type.Null()]),
  kind: RecordKind,
  period: Period,
  providerId: ProviderId,
  manifestHash: Sha256,
  tagGroups: TagGroups,
  /** Transaction on channel `cloud` that stored it. */
  storeTxId: TxId,
  ...WritingAs,
});

/**
 * By the patient's gateway key: what another author's version holds, which the gateway has opened. It counts for that version
 * alone, instead of the author's tags.
 */
export const ConfirmTagsBody = body({
  patientId: PatientId,
  recordId: RecordId,
  version: RecordVersion,
  /** Of the manifest under which it was opened. */
  manifestHash: Sha256,
  /** Counts the confirmations of this version: a later one corrects. */
  seq: PolicySeq,
  tagGroups: TagGroups,
  /** A resource in it names no category: it may be of any, whatever the tags say. */
  uncategorised: Type.Optional(Type.Literal(true)),
});

/**
 * By a provider: it has looked at every version of the patient's that it holds, and none has a wrap for anybody whom the
 * patient's policy, as its own peer has it, does not let read. What had to go is deleted.
 */
export const AttestWrapsBody = body({
  patientId: PatientId,
  /** Of the patient's policy: every revocation up to this version is carried out. */
  policyVersion: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  /** How many it has looked at. */
  versions: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  checkedAt: Timestamp,
});

/** By the patient's gateway key. `prevHeight` and `prevHash` are null for the first anchor. */
export const AnchorHeadBody = body({
  height: Height,
  hash: Sha256,
  prevHeight: Type.Union([Height, Type.Null()]),
  prevHash: Type.Union([Sha256, Type.Null()]),
});
