import { Id128, closedObject } from '@careledger/domain';
import { Type, type Static } from 'typebox';
import { ACCESS_BATCH_MAX_ITEMS, BATCH_MAX_ITEMS } from './limits.js';
import { AccessState } from './state.js';
import { CompactJws } from './statements/parts.js';

/** Statements of different patients in one transaction: at most one a patient. */
export const Batch = closedObject({
  items: Type.Array(CompactJws, { minItems: 1, maxItems: BATCH_MAX_ITEMS }),
});
export type Batch = Static<typeof Batch>;

/** What became of one statement: `OK`, or the code why it changed nothing. A repeated statement: the first one's. */
export const ItemResult = Type.Object({
  /** The statement's id; null where the statement could not be read that far. */
  sid: Type.Union([Id128, Type.Null()]),
  code: Type.String({ description: '`OK` or a ContractCode' }),
  /** Transaction that first carried this statement. */
  txId: Type.String(),
});
export type ItemResult = Static<typeof ItemResult>;

/** Results in the order of the items. */
export const BatchResult = Type.Object({ items: Type.Array(ItemResult) });
export type BatchResult = Static<typeof BatchResult>;

/** Access requests for record versions of one patient or of several, each version at most once a requester. */
export const AccessBatch = closedObject({
  items: Type.Array(CompactJws, { minItems: 1, maxItems: ACCESS_BATCH_MAX_ITEMS }),
});
export type AccessBatch = Static<typeof AccessBatch>;

/** What became of one access request. */
const AccessItemResult = Type.Object({
  ...ItemResult.properties,
  /** The permit or the denial, with `OK`: as it was written first. */
  access: Type.Optional(AccessState),
});

/** Results in the order of the items. */
export const AccessBatchResult = Type.Object({ items: Type.Array(AccessItemResult) });
export type AccessBatchResult = Static<typeof AccessBatchResult>;
