import type { Transaction } from '@hyperledger/fabric-gateway';
import { validationCode, type Outcome } from '../fixtures/observation/outcome.js';
import type { PeerClient, PeerNetwork } from '../fixtures/probe/peer-network.js';

/** What clients see of one behaviour of Fabric. Uses keys of its own; the same on every network that behaves alike. */
export type Scenario = (network: PeerNetwork) => Promise<Outcome>;
/** Scenarios by name. */
export type Scenarios = Readonly<Record<string, Scenario>>;

/** Endorses without submitting, so that a scenario decides what is ordered in between. */
export const endorse = (client: PeerClient, name: string, ...args: string[]): Promise<Transaction> =>
  client.contract.newProposal(name, { arguments: args }).endorse();

/** Submits what was endorsed; the validation code's name. */
export const commit = async (transaction: Transaction): Promise<string> =>
  validationCode((await (await transaction.submit()).getStatus()).code);

export const evaluate = async (client: PeerClient, name: string, ...args: string[]): Promise<string> =>
  Buffer.from(await client.contract.evaluateTransaction(name, ...args)).toString();

/** JSON that the probe answers with. */
export const evaluateJson = async (client: PeerClient, name: string, ...args: string[]): Promise<Outcome> =>
  JSON.parse(await evaluate(client, name, ...args)) as Outcome;

export const submit = async (client: PeerClient, name: string, ...args: string[]): Promise<string> =>
  Buffer.from(await client.contract.submitTransaction(name, ...args)).toString();
