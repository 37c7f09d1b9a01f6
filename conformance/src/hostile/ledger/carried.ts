import { CHANNELS, type ChannelName } from '@careledger/domain';
import type { BlockTransaction } from '@careledger/ledger';
import { FUNCTIONS } from '../../fixtures/chaincode/functions.js';
import type { ChaincodeNetwork } from '../../fixtures/chaincode/chaincode-network.js';
import { argumentsOf, keysWrittenBy } from '../../fixtures/observation/transaction-content.js';

/** A call that lies in a block and has taken effect. */
export interface CarriedCall {
  readonly channel: ChannelName;
  readonly name: string;
  readonly args: unknown;
  readonly transactionId: string;
  readonly envelope: Uint8Array;
}

/** Every transaction of a channel, from its first block to the newest. */
async function transactionsOf(network: ChaincodeNetwork, channel: ChannelName): Promise<BlockTransaction[]> {
  const ledger = (await network.as('patients client')).channel(channel);
  const height = await ledger.height();
  const found: BlockTransaction[] = [];
  const ending = new AbortController();
  for await (const { number, transactions } of ledger.blocks({ startBlock: 0n, signal: ending.signal })) {
    found.push(...transactions);
    if (number + 1n >= height) ending.abort();
  }
  return found;
}

/** All calls of our functions on both channels that have taken effect. */
export async function carriedCalls(network: ChaincodeNetwork): Promise<CarriedCall[]> {
  const found: CarriedCall[] = [];
  for (const channel of CHANNELS)
    for (const transaction of await transactionsOf(network, channel)) {
      const { valid, chaincode, functionName: name = '', transactionId, envelope } = transaction;
      const isOurs = FUNCTIONS.some((each) => each.contract.name === chaincode && each.name === name);
      if (!valid || !isOurs) continue;
      const args: unknown = JSON.parse(argumentsOf(envelope)[1] ?? 'null');
      found.push({ channel, name, args, transactionId, envelope });
    }
  return found;
}

/** What transactions wrote, by their ids; how often each took effect. */
export async function effects(
  network: ChaincodeNetwork,
): Promise<ReadonlyMap<string, { readonly times: number; readonly keys: readonly string[] }>> {
  const found = new Map<string, { times: number; keys: string[] }>();
  for (const { transactionId, envelope } of await carriedCalls(network)) {
    const { times = 0 } = found.get(transactionId) ?? {};
    found.set(transactionId, { times: times + 1, keys: keysWrittenBy(envelope) });
  }
  return found;
}

/** The statements in a call's argument, and those that are in them. */
export function statementsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(statementsIn);
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(statementsIn);
  const [, payload, signature] = typeof value === 'string' ? value.split('.') : [];
  if (typeof value !== 'string' || payload === undefined || signature === undefined) return [];
  try {
    return [value, ...statementsIn(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')))];
  } catch {
    return []; // text with two dots
  }
}
