import { Codes } from '../block/codes.js';
import type { Code } from '../block/codes.js';
import type { ParsedTransaction } from '../block/parsed-transaction.js';
import type { Channel } from '../channel/channel.js';
import { decodePrivateSet } from '../rwset/codec.js';
import { Updates } from '../state/updates.js';
import { checkConflicts } from './conflicts.js';
import { EndorsementCheck, endorsersOf } from './endorsement.js';
import { checkStructure } from './structure.js';

/** What validation makes of a block's transactions. */
export interface ValidatedBlock {
  readonly codes: readonly Code[];
  readonly updates: Updates;
  /** Private write sets that were found and match, by the transaction's index. */
  readonly privateData: ReadonlyMap<number, Buffer>;
}

/** Validates the transactions of the block that will have this number, as every committing peer would. */
export async function validateBlock(
  number: number,
  transactions: readonly ParsedTransaction[],
  channel: Channel,
): Promise<ValidatedBlock> {
  const codes: Code[] = await Promise.all(transactions.map((each) => checkStructure(each, channel)));
  const endorsers = await Promise.all(
    transactions.map(({ action }) => (action ? endorsersOf(action, channel) : Promise.resolve([]))),
  );
  const endorsement = new EndorsementCheck(channel);
  const seen = new Set<string>();
  transactions.forEach((transaction, tx) => {
    if (codes[tx] !== Codes.VALID) return;
    const { txId } = transaction;
    if (channel.ledger.findTransaction(txId)) codes[tx] = Codes.DUPLICATE_TXID;
    else codes[tx] = endorsement.check(transaction, endorsers[tx] ?? []);
    if (codes[tx] !== Codes.VALID) return;
    if (seen.has(txId)) codes[tx] = Codes.DUPLICATE_TXID;
    seen.add(txId);
  });

  const updates = new Updates(channel.ledger.index);
  const privateData = new Map<number, Buffer>();
  for (const [tx, { txId, rwSet = [] }] of transactions.entries()) {
    if (codes[tx] !== Codes.VALID) continue;
    const code = await checkConflicts(rwSet, channel.ledger.index, updates);
    codes[tx] = code;
    if (code !== Codes.VALID) continue;
    const privateBytes = channel.transient.take(txId, rwSet);
    if (privateBytes) privateData.set(tx, privateBytes);
    updates.apply(rwSet, privateBytes ? decodePrivateSet(privateBytes) : [], { block: number, tx });
  }
  return { codes, updates, privateData };
}
