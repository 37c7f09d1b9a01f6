import { common } from '@hyperledger/fabric-protos';
import type { Network } from '@hyperledger/fabric-gateway';
import { LedgerError } from '../error.js';
import { decodeBlock, type BlockTransaction, type LedgerBlock } from '../events/block.js';
import { translateLookup } from '../fabric/translate.js';
import { within } from '../timeouts.js';

/** Fabric's query system chaincode: every peer answers it about its own ledger (fabric core/scc/qscc/query.go). */
const QUERY_CHAINCODE = 'qscc';
const BLOCK_BY_TRANSACTION = 'GetBlockByTxID';

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
  const channel = network.getName();
  const what = `${QUERY_CHAINCODE}.${BLOCK_BY_TRANSACTION} on ${channel}`;
  let bytes: Uint8Array;
  try {
    const proposal = network
      .getContract(QUERY_CHAINCODE)
      .newProposal(BLOCK_BY_TRANSACTION, { arguments: [channel, transactionId] });
    bytes = await proposal.evaluate(within(timeoutMs));
  } catch (error) {
    throw translateLookup(what, error, transactionId);
  }
  const block = decodeBlock(common.Block.deserializeBinary(bytes));
  const transaction = block.transactions.find((candidate) => candidate.transactionId === transactionId);
  if (transaction === undefined)
    throw new LedgerError('BAD_RESPONSE', `${what} answered a block without the transaction`, {
      transactionId,
    });
  return { channel, block, transaction };
}
