import type { Block } from '../block/block.js';
import { Codes } from '../block/codes.js';
import type { ParsedTransaction } from '../block/parsed-transaction.js';
import type { IndexOperation } from '../state/index-store.js';
import {
  blockHashKey,
  blockKey,
  encodeNumber,
  encodePosition,
  historyKey,
  stateKey,
  transactionKey,
} from '../state/keys.js';
import type { Updates } from '../state/updates.js';
import { encodeValue } from '../state/value.js';

const EMPTY = Buffer.alloc(0);

/** The state's part of a block's index. */
export function stateOperations(updates: Updates): IndexOperation[] {
  const operations: IndexOperation[] = [];
  for (const [namespace, keys] of updates.namespaces()) {
    for (const [name, update] of keys) {
      const key = stateKey(namespace, name);
      operations.push(update ? { type: 'put', key, value: encodeValue(update) } : { type: 'del', key });
    }
  }
  return operations;
}

/** Where the block and its transactions are; of several with one id, the first is the one that is found. */
export function positionOperations(
  block: Block,
  transactions: readonly ParsedTransaction[],
  offset: number,
  isKnown: (txId: string) => boolean,
): IndexOperation[] {
  const operations: IndexOperation[] = [
    { type: 'put', key: blockKey(block.number), value: encodeNumber(offset) },
    { type: 'put', key: blockHashKey(block.hash), value: encodeNumber(block.number) },
  ];
  const seen = new Set<string>();
  transactions.forEach(({ txId }, tx) => {
    if (txId === '' || seen.has(txId) || isKnown(txId)) return;
    seen.add(txId);
    const code = block.codes[tx] ?? Codes.INVALID_OTHER_REASON;
    const value = encodePosition({ block: block.number, tx, code });
    operations.push({ type: 'put', key: transactionKey(txId), value });
  });
  return operations;
}

/** An entry for each key that a valid transaction wrote. */
export function historyOperations(
  block: Block,
  transactions: readonly ParsedTransaction[],
): IndexOperation[] {
  return transactions.flatMap(({ rwSet }, tx) => {
    if (block.codes[tx] !== Codes.VALID || !rwSet) return [];
    return rwSet.flatMap((set) =>
      set.writes.map(({ key }): IndexOperation => {
        return { type: 'put', key: historyKey(set.namespace, key, block.number, tx), value: EMPTY };
      }),
    );
  });
}
