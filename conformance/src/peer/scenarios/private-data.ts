import { seen, type Outcome } from '../../fixtures/observation/outcome.js';
import { CLOUD_A, CLOUD_B, PATIENTS, type PeerNetwork } from '../../fixtures/probe/peer-network.js';
import { get, hash, put as putIn } from '../private-calls.js';
import { commit, evaluateJson, evaluate, type Scenarios } from '../scenario.js';

/** Every organisation has this collection without anybody defining it. */
const OWN = `_implicit_org_${CLOUD_A}`;

const put = (network: PeerNetwork, key: string, value: string, by = [CLOUD_A]): Promise<Outcome> =>
  putIn(network, OWN, [key, value], { by });

export const privateData: Scenarios = {
  'its organisation reads it, others see the hash': async (network) => ({
    put: await put(network, 'p1', 'a diagnosis'),
    own: await get(network, OWN, 'p1', { as: CLOUD_A }),
    other: await get(network, OWN, 'p1', { as: CLOUD_B }),
    hash: await hash(network, OWN, 'p1', { as: CLOUD_B }),
    hashOfNothing: await hash(network, OWN, 'p0', { as: CLOUD_B }),
  }),
  'another organisation alone cannot write it': (network) => put(network, 'p2', 'forged', [CLOUD_B]),
  'without endorsers named': (network) =>
    seen(
      network
        .client()
        .contract.submit('putPrivate', { arguments: [OWN, 'p3'], transientData: { value: 'v' } }),
    ),
  'a collection that is not defined': async (network) => [
    await get(network, 'nosuch', 'k', { as: CLOUD_A }),
    await get(network, '_implicit_org_NobodyMSP', 'k', { as: CLOUD_A }),
  ],
  'deleted private data is gone': async (network) => {
    await put(network, 'p4', 'v');
    const deleted = await seen(
      network
        .client()
        .contract.submit('delPrivate', { arguments: [OWN, 'p4'], endorsingOrganizations: [CLOUD_A] }),
    );
    return [
      deleted,
      await get(network, OWN, 'p4', { as: CLOUD_A }),
      await hash(network, OWN, 'p4', { as: PATIENTS }),
    ];
  },
  'a private read conflicts with a private write before it': async (network) => {
    const { contract } = network.client();
    await put(network, 'p5', 'v0');
    const late = await contract
      .newProposal('copyPrivate', { arguments: [OWN, 'p5', 'p6'], endorsingOrganizations: [CLOUD_A] })
      .endorse();
    await put(network, 'p5', 'v1');
    return [await commit(late), await evaluate(network.client(), 'getPrivate', OWN, 'p6')];
  },
  'a private range': async (network) => {
    await put(network, 'r1', 'x');
    await put(network, 'r2', 'y');
    return evaluateJson(network.client(), 'privateRange', OWN, 'r1', 'r9');
  },
  'a block comes with private data to its organisation, without to others': async (network) => {
    const client = network.client();
    const proposal = client.contract.newProposal('putPrivate', {
      arguments: [OWN, 'p7'],
      transientData: { value: 'in-no-block-77' },
      endorsingOrganizations: [CLOUD_A],
    });
    const { blockNumber } = await (await (await proposal.endorse()).submit()).getStatus();
    const outcome: Record<string, Outcome> = {};
    for (const mspId of [CLOUD_A, CLOUD_B]) {
      const { network: channel } = network.client({ mspId });
      const events = await channel.getBlockAndPrivateDataEvents({ startBlock: blockNumber });
      for await (const each of events) {
        outcome[mspId] = {
          privateParts: each.getPrivateDataMapMap().getLength(),
          inBlock: Buffer.from(each.getBlock()?.serializeBinary() ?? []).includes('in-no-block-77'),
        };
        break;
      }
      events.close();
    }
    return outcome;
  },
  'a purge': async (network) => {
    await put(network, 'p8', 'v');
    return seen(
      network
        .client()
        .contract.submit('purgePrivate', { arguments: [OWN, 'p8'], endorsingOrganizations: [CLOUD_A] }),
    );
  },
};
