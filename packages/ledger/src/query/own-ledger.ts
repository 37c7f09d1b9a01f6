import type { Network } from '@hyperledger/fabric-gateway';
import { translateEarly, translateLookup } from '../fabric/translate.js';
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
  /** The transaction that is looked for. */
  readonly transactionId?: string;
}

/** What a query is called in errors. */
export const queryLabel = ({ name }: Pick<OwnLedgerQuery, 'name'>, network: Network): string =>
  `${QUERY_CHAINCODE}.${name} on ${network.getName()}`;

/**
 * Asks a peer about its copy of the channel; resolves with the protobuf that it answers.
 * @throws LedgerError, TRANSACTION_UNKNOWN where the peer does not have the one that is looked for
 */
export async function askOwnLedger(network: Network, query: OwnLedgerQuery): Promise<Uint8Array> {
  const { name, args = [], timeoutMs, organizations, transactionId } = query;
  try {
    const proposal = network.getContract(QUERY_CHAINCODE).newProposal(name, {
      arguments: [network.getName(), ...args],
      ...(organizations && { endorsingOrganizations: [...organizations] }),
    });
    return await proposal.evaluate(within(timeoutMs));
  } catch (error) {
    const what = queryLabel(query, network);
    throw transactionId === undefined
      ? translateEarly('evaluate', what, error)
      : translateLookup(what, error, transactionId);
  }
}
