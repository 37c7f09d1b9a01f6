import { commit, endorse, evaluate, submit, type Scenarios } from '../scenario.js';
import { CLOUD_B } from '../../fixtures/probe/peer-network.js';

export const conflicts: Scenarios = {
  'of two that read one version, the first is valid': async (network) => {
    const client = network.client();
    const [one, two] = [
      await endorse(client, 'increment', 'purse'),
      await endorse(client, 'increment', 'purse'),
    ];
    return [await commit(one), await commit(two), await evaluate(client, 'get', 'purse')];
  },
  'ten at once: one is valid': async (network) => {
    const client = network.client();
    const endorsed = await Promise.all(
      Array.from({ length: 10 }, () => endorse(client, 'increment', 'crowd')),
    );
    const codes = await Promise.all(endorsed.map(commit));
    return [...codes.sort(), await evaluate(client, 'get', 'crowd')];
  },
  'a read of a key that did not exist conflicts with its creation': async (network) => {
    const client = network.client();
    const late = await endorse(client, 'increment', 'unborn');
    await submit(client, 'put', 'unborn', '5');
    return commit(late);
  },
  'a read conflicts with a deletion': async (network) => {
    const client = network.client();
    await submit(client, 'put', 'dying', '5');
    const late = await endorse(client, 'increment', 'dying');
    await submit(client, 'del', 'dying');
    return commit(late);
  },
  'blind writes do not conflict': async (network) => {
    const client = network.client();
    const [one, two] = [
      await endorse(client, 'put', 'blind', '1'),
      await endorse(client, 'put', 'blind', '2'),
    ];
    return [await commit(one), await commit(two), await evaluate(client, 'get', 'blind')];
  },
  'phantom: a row appears, changes, disappears': async (network) => {
    const client = network.client();
    const codes: string[] = [];
    for (const change of [
      ['put', 'ph1', 'x'],
      ['put', 'ph1', 'y'],
      ['del', 'ph1'],
    ] as const) {
      const counted = await endorse(client, 'countInto', 'ph', 'ph~', 'count-ph');
      const [name, ...args] = change;
      await submit(client, name, ...args);
      codes.push(await commit(counted));
    }
    return codes;
  },
  'phantom in a range so long that its reads are hashed': async (network) => {
    const client = network.client();
    await submit(client, 'fill', 'long', '400');
    const quiet = await commit(await endorse(client, 'countInto', 'long', 'long~', 'count-long'));
    const counted = await endorse(client, 'countInto', 'long', 'long~', 'count-long');
    await submit(client, 'put', 'long0200', 'changed');
    return [quiet, await commit(counted)];
  },
  'a row behind the point where chaincode stopped, within what its shim had fetched': async (network) => {
    const client = network.client();
    await submit(client, 'fill', 'half', '3');
    const first = await endorse(client, 'firstInto', 'half', 'half~', 'first-half');
    await submit(client, 'put', 'half9999', 'behind');
    return commit(first);
  },
  'a row behind what the shim had fetched': async (network) => {
    const client = network.client();
    await submit(client, 'fill', 'far', '300');
    const first = await endorse(client, 'firstInto', 'far', 'far~', 'first-far');
    await submit(client, 'put', 'far0250', 'behind');
    return commit(first);
  },
  'the same bytes again: the first status, and nothing changes': async (network) => {
    const client = network.client();
    const transaction = await endorse(client, 'increment', 'once');
    const first = await (await transaction.submit()).getStatus();
    const again = await (await client.gateway.newTransaction(transaction.getBytes()).submit()).getStatus();
    return {
      codes: [first.code, again.code],
      sameBlock: first.blockNumber === again.blockNumber,
      value: await evaluate(client, 'get', 'once'),
    };
  },
  'the same bytes again, sent to another organisation’s peer': async (network) => {
    const client = network.client();
    const transaction = await endorse(client, 'increment', 'twice');
    const first = await (await transaction.submit()).getStatus();
    const elsewhere = network.client({ at: CLOUD_B }).gateway.newTransaction(transaction.getBytes());
    const again = await (await elsewhere.submit()).getStatus();
    return {
      codes: [first.code, again.code],
      sameBlock: first.blockNumber === again.blockNumber,
      value: await evaluate(client, 'get', 'twice'),
    };
  },
};
