import { seen } from '../../fixtures/observation/outcome.js';
import { evaluate, evaluateJson, submit, type Scenarios } from '../scenario.js';
import { CLOUD_B, HOSPITAL, PATIENTS } from '../../fixtures/probe/peer-network.js';

export const state: Scenarios = {
  'written, read, deleted': async (network) => {
    const client = network.client();
    const put = await submit(client, 'put', 'state-k', 'v');
    const read = await evaluate(client, 'get', 'state-k');
    await submit(client, 'del', 'state-k');
    return { put, read, deleted: await evaluate(client, 'get', 'state-k') };
  },
  'a transaction does not read its own writes': async (network) => {
    const client = network.client();
    const within = await submit(client, 'putThenGet', 'state-own', 'new');
    return { within, after: await evaluate(client, 'get', 'state-own') };
  },
  'an empty key, an empty value': async (network) => {
    const client = network.client();
    const key = await seen(client.contract.submitTransaction('put', '', 'v'));
    await submit(client, 'put', 'state-empty', 'v');
    const value = await seen(client.contract.submitTransaction('put', 'state-empty', ''));
    return { key, value, read: await evaluate(client, 'get', 'state-empty') };
  },
  'channels do not share state': async (network) => {
    await submit(network.client({ mspId: PATIENTS }), 'put', 'state-only', 'on cloud');
    return evaluate(network.client({ channel: 'authorities', mspId: PATIENTS }), 'get', 'state-only');
  },
  'whom chaincode sees': async (network) => ({
    user: await evaluateJson(network.client(), 'whoAmI'),
    admin: await evaluateJson(network.client({ name: 'admin' }), 'whoAmI'),
    member: await evaluateJson(network.client({ mspId: HOSPITAL, at: CLOUD_B }), 'whoAmI'),
  }),
  'a member without a peer writes through another’s': async (network) => {
    const member = network.client({ mspId: HOSPITAL, at: CLOUD_B });
    await submit(member, 'put', 'state-member', 'v');
    return evaluate(network.client(), 'get', 'state-member');
  },
  'transient data reaches chaincode and not the transaction': async (network) => {
    const { contract } = network.client();
    const marker = 'transient-marker-8c1f';
    const transaction = await contract
      .newProposal('transientLength', {
        arguments: ['secret'],
        transientData: { secret: marker },
        endorsingOrganizations: [PATIENTS, CLOUD_B],
      })
      .endorse();
    return {
      length: Buffer.from(transaction.getResult()).toString(),
      inTransaction: Buffer.from(transaction.getBytes()).includes(marker),
    };
  },
};
