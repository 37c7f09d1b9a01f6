import { seen, type Outcome } from '../../fixtures/observation/outcome.js';
import { CLOUD_A, CLOUD_B, HOSPITAL, PATIENTS, type PeerNetwork } from '../../fixtures/probe/peer-network.js';
import { commit, evaluate, evaluateJson, submit, type Scenarios } from '../scenario.js';

const putBy = (network: PeerNetwork, key: string, value: string, organizations: string[]): Promise<Outcome> =>
  seen(
    network
      .client()
      .contract.submit('put', { arguments: [key, value], endorsingOrganizations: organizations }),
  );

export const policies: Scenarios = {
  'endorsers that are too few, enough, more than enough': async (network) => [
    await putBy(network, 'ep', '1', [CLOUD_B]),
    await putBy(network, 'ep', '2', [PATIENTS, CLOUD_B]),
    await putBy(network, 'ep', '3', [PATIENTS, CLOUD_A, CLOUD_B]),
    await evaluate(network.client(), 'get', 'ep'),
  ],
  'endorsers that have no peer': (network) => putBy(network, 'ep', '4', [CLOUD_A, HOSPITAL]),
  'organisations that answer differently': async (network) => {
    const outcome = await seen(
      network.client().contract.submit('random', {
        arguments: ['ep-random'],
        endorsingOrganizations: [CLOUD_A, CLOUD_B],
      }),
    );
    // Whose answer comes second is chance.
    return JSON.parse(JSON.stringify(outcome).replaceAll(/Cloud[AB]MSP/g, 'SECOND')) as Outcome;
  },
  'a key of its own policy: who was enough is not any more': async (network) => {
    const client = network.client();
    await submit(client, 'put', 'sbe', 'v0');
    await submit(client, 'protect', 'sbe', [PATIENTS, CLOUD_A, CLOUD_B].join(','));
    return {
      policy: await evaluateJson(client, 'policyOf', 'sbe'),
      two: await putBy(network, 'sbe', 'v1', [CLOUD_A, CLOUD_B]),
      three: await putBy(network, 'sbe', 'v2', [PATIENTS, CLOUD_A, CLOUD_B]),
      twoOnceMore: await putBy(network, 'sbe', 'v3', [CLOUD_A, CLOUD_B]),
      foundByGateway: await submit(client, 'put', 'sbe', 'v4'),
      value: await evaluate(client, 'get', 'sbe'),
    };
  },
  'a key of its own policy: one is enough where the chaincode asks for two': async (network) => {
    const client = network.client();
    await submit(client, 'put', 'sbe-one', 'v0');
    await submit(client, 'protect', 'sbe-one', CLOUD_A);
    return [
      await putBy(network, 'sbe-one', 'v1', [CLOUD_A]),
      await putBy(network, 'sbe-one', 'v2', [PATIENTS, CLOUD_B]),
    ];
  },
  'changing a key’s policy needs those whom the old one names': async (network) => {
    const client = network.client();
    await submit(client, 'put', 'sbe-change', 'v0');
    await submit(client, 'protect', 'sbe-change', CLOUD_B);
    const change = (organizations: string[]) =>
      seen(
        client.contract.submit('protect', {
          arguments: ['sbe-change', CLOUD_A],
          endorsingOrganizations: organizations,
        }),
      );
    return [
      await change([PATIENTS, CLOUD_A]),
      await change([CLOUD_B]),
      await evaluateJson(client, 'policyOf', 'sbe-change'),
    ];
  },
  'a deletion ends a key’s policy': async (network) => {
    const client = network.client();
    await submit(client, 'put', 'sbe-gone', 'v0');
    await submit(client, 'protect', 'sbe-gone', CLOUD_B);
    await submit(client, 'del', 'sbe-gone');
    return [
      await evaluateJson(client, 'policyOf', 'sbe-gone'),
      await putBy(network, 'sbe-gone', 'v1', [PATIENTS, CLOUD_A]),
    ];
  },
  'a change of a key’s policy overtakes a write that was endorsed before': async (network) => {
    const client = network.client();
    await submit(client, 'put', 'sbe-race', 'v0');
    const endorsed = (name: string, value: string) =>
      client.contract
        .newProposal(name, { arguments: ['sbe-race', value], endorsingOrganizations: [PATIENTS, CLOUD_A] })
        .endorse();
    const [change, write] = [await endorsed('protect', CLOUD_B), await endorsed('put', 'v1')];
    return [await commit(change), await commit(write)];
  },
};
