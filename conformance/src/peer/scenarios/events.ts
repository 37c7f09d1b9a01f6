import { checkpointers, type ChaincodeEvent } from '@hyperledger/fabric-gateway';
import { validationCode, type Outcome } from '../../fixtures/observation/outcome.js';
import { CLOUD_A, CLOUD_B, PATIENTS, PROBE, type PeerClient } from '../../fixtures/probe/peer-network.js';
import { submit, type Scenarios } from '../scenario.js';
import { actionsOf, namespacesOf } from '../../fixtures/observation/transaction-content.js';

const emit = async (client: PeerClient, value: string, by = [CLOUD_A, CLOUD_B]) => {
  const proposal = client.contract.newProposal('putWithEvent', {
    arguments: [`event-${value}`, value, 'made'],
    endorsingOrganizations: by,
  });
  return (await (await proposal.endorse()).submit()).getStatus();
};

type EventOptions = Parameters<PeerClient['network']['getChaincodeEvents']>[1];

/** The first events, each given to `each` as it comes. */
async function firstEvents(
  { network }: PeerClient,
  count: number,
  options: EventOptions,
  each: (event: ChaincodeEvent) => Promise<void> = async () => undefined,
): Promise<Outcome> {
  const found: Outcome[] = [];
  const events = await network.getChaincodeEvents(PROBE, options);
  for await (const event of events) {
    const { chaincodeName, eventName, payload } = event;
    found.push({ chaincodeName, eventName, payload: Buffer.from(payload).toString() });
    await each(event);
    if (found.length === count) break;
  }
  events.close();
  return found;
}

export const events: Scenarios = {
  'events of valid transactions come in order, those of invalid ones do not': async (network) => {
    const client = network.client();
    const { blockNumber: startBlock } = await emit(client, 'first');
    const invalid = await emit(client, 'invalid', [CLOUD_B]);
    await emit(client, 'second');
    return [validationCode(invalid.code), await firstEvents(client, 2, { startBlock })];
  },
  'after a checkpoint comes what was not checkpointed, at any peer': async (network) => {
    const client = network.client();
    const { blockNumber: startBlock } = await emit(client, 'c1');
    for (const value of ['c2', 'c3', 'c4']) await emit(client, value);
    const checkpoint = checkpointers.inMemory();
    let handled = 0;
    const before = await firstEvents(client, 3, { startBlock, checkpoint }, async (event) => {
      handled += 1;
      if (handled <= 2) await checkpoint.checkpointChaincodeEvent(event);
    });
    const after = await firstEvents(network.client({ mspId: PATIENTS }), 2, { checkpoint });
    return { before, after };
  },
  'a block once more after its checkpoint: only the one behind it': async (network) => {
    const client = network.client();
    const first = await emit(client, 'b1');
    await emit(client, 'b2');
    const checkpoint = checkpointers.inMemory();
    await checkpoint.checkpointBlock(first.blockNumber);
    return firstEvents(client, 1, { checkpoint });
  },
  'filtered blocks name each transaction’s fate': async (network) => {
    const client = network.client();
    const { blockNumber: startBlock } = await emit(client, 'f1');
    const { blockNumber: last } = await emit(client, 'f2', [CLOUD_B]);
    const found: Outcome[] = [];
    const blocks = await client.network.getFilteredBlockEvents({ startBlock });
    for await (const block of blocks) {
      for (const each of block.getFilteredTransactionsList())
        found.push({ type: each.getType(), code: validationCode(each.getTxValidationCode()) });
      if (BigInt(block.getNumber()) >= last) break;
    }
    blocks.close();
    return found;
  },
  'what a block holds of a transaction: read set, write set, endorsers': async (network) => {
    const client = network.client();
    await submit(client, 'fill', 'content', '3');
    const outcome: Record<string, Outcome> = {};
    const calls: [string, ...string[]][] = [
      ['put', 'content-k', 'v'],
      ['increment', 'content-n'],
      ['del', 'content-k'],
      ['countInto', 'content0', 'content~', 'content-count'],
      ['firstInto', 'content0', 'content1', 'content-first'],
      ['protect', 'content-k', CLOUD_B],
    ];
    for (const [name, ...args] of calls) {
      const proposal = client.contract.newProposal(name, {
        arguments: args,
        endorsingOrganizations: [CLOUD_A, CLOUD_B],
      });
      const { blockNumber: startBlock } = await (await (await proposal.endorse()).submit()).getStatus();
      const blocks = await client.network.getBlockEvents({ startBlock });
      for await (const block of blocks) {
        outcome[name] = actionsOf(block);
        break;
      }
      blocks.close();
    }
    return outcome;
  },
  'which namespaces a transaction reads and writes': async (network) => {
    const client = network.client();
    const { blockNumber: startBlock } = await emit(client, 'namespaces');
    const blocks = await client.network.getBlockEvents({ startBlock });
    for await (const block of blocks) {
      blocks.close();
      return namespacesOf(block);
    }
    return 'no block';
  },
};
