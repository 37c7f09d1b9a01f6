import { common } from '@hyperledger/fabric-protos';
import type { Network } from '@hyperledger/fabric-gateway';
import { askOwnLedger } from './own-ledger.js';

/** How many blocks a peer has: the next one gets this number. @throws LedgerError */
export async function chainHeight(
  network: Network,
  timeoutMs: number,
  organizations: readonly string[] | undefined,
): Promise<bigint> {
  const bytes = await askOwnLedger(network, { name: 'GetChainInfo', timeoutMs, organizations });
  return BigInt(common.BlockchainInfo.deserializeBinary(bytes).getHeight());
}
