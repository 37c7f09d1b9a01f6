import { closedObject } from '@careledger/domain';
import { Type, type Static } from 'typebox';
import { ItemProblem } from './access.js';
import { StoreRecordAnswer, StoreRecordRequest } from './provider.js';

/** Versions that are stored by one request. */
export const STORE_BATCH_MAX_ITEMS = 64;
/** Characters of a version, as JSON, that goes with others: a larger one goes by itself. */
export const STORE_BATCH_ITEM_MAX_CHARS = 64 * 1024;
/** Largest request of this kind. */
export const STORE_BATCH_BODY_LIMIT_BYTES = STORE_BATCH_MAX_ITEMS * (STORE_BATCH_ITEM_MAX_CHARS + 1) + 1024;

export const StoreRecordsRequest = closedObject({
  /** Of any patients, each as it would be sent by itself: its statement says which version it is. */
  versions: Type.Array(StoreRecordRequest, { minItems: 1, maxItems: STORE_BATCH_MAX_ITEMS }),
});
export type StoreRecordsRequest = Static<typeof StoreRecordsRequest>;

/** Why a version of a batch was not stored, as the answer to it alone would say. */
export const StoreProblem = Type.Object(
  {
    ...ItemProblem.properties,
    status: Type.Integer({
      minimum: 400,
      maximum: 599,
      description: 'That of the answer, had it come by itself',
    }),
  },
  { title: 'StoreProblem' },
);
export type StoreProblem = Static<typeof StoreProblem>;

/** What became of one version: stored, or the problem why not. */
export const StoreItem = Type.Object(
  { stored: Type.Optional(StoreRecordAnswer), problem: Type.Optional(StoreProblem) },
  { title: 'StoreItem' },
);
export type StoreItem = Static<typeof StoreItem>;

/** In the order of the versions. */
export const StoreRecordsAnswer = Type.Object({ items: Type.Array(StoreItem) });
export type StoreRecordsAnswer = Static<typeof StoreRecordsAnswer>;
