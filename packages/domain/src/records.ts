import { Type, type Static } from 'typebox';
import { Tag } from './ids.js';

/**
 * What makes a record: the passing of an interval, an emergency, or a clinician. `detail`: the single values of an interval,
 * beside its periodic record, for grants that name them alone. Visible on the ledgers.
 */
export const RecordKind = Type.Union([
  Type.Literal('periodic'),
  Type.Literal('emergency'),
  Type.Literal('clinical'),
  Type.Literal('detail'),
]);
export type RecordKind = Static<typeof RecordKind>;
/** Of these what a gateway makes by itself, of readings. */
export type GatewayKind = Exclude<RecordKind, 'clinical'>;

/** Versions of a record count from 1 and are linked by hash. */
export const RecordVersion = Type.Integer({ minimum: 1, maximum: 1_000_000 });
export type RecordVersion = Static<typeof RecordVersion>;

/** Bytes of a record's ciphertext, IV and tag included. */
export const RECORD_MAX_BYTES = 4 * 1024 * 1024;
/** Tags of one group, and scope or grantee tags of one grant. */
export const SCOPE_TAGS_MAX = 16;
/** Different tag groups of one record. */
export const TAG_GROUPS_MAX = 32;

/**
 * What a record holds, as tags: one group per kind of resource in it, equal groups once. A scoped grant covers the record
 * when it shares a tag with every group; a record without groups is covered by grants without a scope alone.
 */
export const TagGroups = Type.Array(
  Type.Array(Tag, { minItems: 1, maxItems: SCOPE_TAGS_MAX, uniqueItems: true }),
  { maxItems: TAG_GROUPS_MAX },
);
export type TagGroups = Static<typeof TagGroups>;
