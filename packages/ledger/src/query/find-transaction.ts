import { common } from '@hyperledger/fabric-protos';
import type { Network } from '@hyperledger/fabric-gateway';
import { LedgerError } from '../error.js';
import { decodeBlock, type BlockTransaction, type LedgerBlock } from '../events/block.js';
import { askOwnLedger, queryLabel } from './own-ledger.js';

/** A transaction with the block that holds it, as one peer says. */
export interface FoundTransaction {
  readonly channel: string;
  readonly block: LedgerBlock;
  readonly transaction: BlockTransaction;
}

/** @throws LedgerError, TRANSACTION_UNKNOWN where the peer has none of this id */
export async function findTransaction(
  network: Network,
  transactionId: string,
  timeoutMs: number,
): Promise<FoundTransaction> {
  const query = { name: 'GetBlockByTxID', args: [transactionId], timeoutMs, transactionId } as const;
  const block = decodeBlock(common.Block.deserializeBinary(await askOwnLedger(network, query)));
  const transaction = block.transactions.find((candidate) => candidate.transactionId === transactionId);
  if (transaction === undefined)
    throw new LedgerError(
      'BAD_RESPONSE',
      `${queryLabel(query, network)} answered a block without the transaction`,
      { transactionId },
    );
  return { channel: network.getName(), block, transaction };
}
