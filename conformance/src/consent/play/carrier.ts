import { setTimeout as delay } from 'node:timers/promises';
import type { ContractDefinition } from '@careledger/contracts';
import type { ChannelName } from '@careledger/domain';
import type { ChaincodeNetwork } from '../../fixtures/chaincode/chaincode-network.js';
import { functionNamed } from '../../fixtures/chaincode/functions.js';
import type { IdentityName } from '../../fixtures/chaincode/identities.js';
import { dated } from './dated.js';

/** Attempts for which a client goes on asking; with the pauses between them they outlast a restart. */
const ATTEMPTS_MAX = 60;
/** Before it asks again, at most. */
const PAUSE_MS = 200;

/** What is to be carried to a ledger. */
export interface Load {
  readonly identity: IdentityName;
  readonly channel: ChannelName;
  /** Of the chaincode. */
  readonly name: string;
  readonly args: object;
  /** The client's clock, against the host's. */
  readonly aheadMs: number;
  /** Done between endorsement and ordering: whatever comes meanwhile is ordered first. */
  readonly hold?: () => Promise<void>;
}

/** What a client was told at last. */
export interface Carriage {
  readonly result: unknown;
  readonly txId: string;
}

/**
 * Carries statements as a client does whose clock is off and which may be slow: asks again, with the same statements, until it
 * is answered. @returns undefined where nobody has answered: it may be on the ledger, or not
 */
export async function carry(network: ChaincodeNetwork, load: Load): Promise<Carriage | undefined> {
  const { contract } = functionNamed(load.name);
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    try {
      const carriage = await carryOnce(network, contract, load);
      if (carriage !== undefined) return carriage;
    } catch {
      // A peer that is gone, or two that were a block apart.
    }
    await delay(PAUSE_MS * Math.random());
  }
  return undefined;
}

/** One attempt; undefined for what was overtaken. */
async function carryOnce(
  network: ChaincodeNetwork,
  contract: ContractDefinition,
  { identity, channel, name, args, aheadMs, hold }: Load,
): Promise<Carriage | undefined> {
  const gateway = await network.gatewayOf(identity, channel);
  const called = gateway.getNetwork(channel).getContract(contract.name);
  const proposal = dated(aheadMs, () => called.newProposal(name, { arguments: [JSON.stringify(args)] }));
  const endorsed = await proposal.endorse();
  await hold?.();
  const { successful } = await (await endorsed.submit()).getStatus();
  if (!successful) return undefined;
  const result: unknown = JSON.parse(Buffer.from(endorsed.getResult()).toString());
  return { result, txId: proposal.getTransactionId() };
}
