import { Id128, closedObject } from '@careledger/domain';
import { Type, type Static } from 'typebox';
import { BATCH_MAX_ITEMS } from './limits.js';
import { CompactJws } from './statements.js';

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
