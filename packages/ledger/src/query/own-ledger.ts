import type { Network } from '@hyperledger/fabric-gateway';
import { translateEarly } from '../fabric/translate.js';
import { within } from '../timeouts.js';

/** Fabric's query system chaincode: every peer answers it about its own ledger (fabric core/scc/qscc/query.go). */
const QUERY_CHAINCODE = 'qscc';

export interface OwnLedgerQuery {
  readonly name: 'GetBlockByTxID' | 'GetChainInfo';
  /** Behind the channel's name. */
  readonly args?: readonly string[];
  readonly timeoutMs: number;
  /** Ask a peer of these organisations alone. */
  readonly organizations?: readonly string[] | undefined;
  /** What the question is about, for errors. */
  readonly transactionId?: string;
}

/** What a query is called in errors. */
export const queryLabel = ({ name }: Pick<OwnLedgerQuery, 'name'>, network: Network): string =>
  `${QUERY_CHAINCODE}.${name} on ${network.getName()}`;

/** Asks a peer about its copy of the channel; resolves with the protobuf that it answers. @throws LedgerError */
export async function askOwnLedger(network: Network, query: OwnLedgerQuery): Promise<Uint8Array> {
  const { name, args = [], timeoutMs, organizations, transactionId } = query;
  try {
    const proposal = network.getContract(QUERY_CHAINCODE).newProposal(name, {
      arguments: [network.getName(), ...args],
      ...(organizations && { endorsingOrganizations: [...organizations] }),
    });
    return await proposal.evaluate(within(timeoutMs));
  } catch (error) {
    throw translateEarly('evaluate', queryLabel(query, network), error, transactionId);
  }
}
