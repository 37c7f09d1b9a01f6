import { expect, test } from '@jest/globals';
import { planNetwork } from '@careledger/network-definition';
import { definitionWith, projectSettings } from './definition.js';

const planOf = (settings: Partial<Parameters<typeof definitionWith>[0]>) =>
  planNetwork(definitionWith({ ...projectSettings(), ...settings }), { profile: 'small', runner: 'native' });

test('networks of one orderer and of four have the same peers and channels', () => {
  const [raft, four] = [planOf({}), planOf({ orderers: 'all' })];
  const bft = planOf({ orderers: 'all', consensus: 'BFT' });
  expect([raft, four, bft].map(({ orderers }) => orderers.length)).toEqual([1, 4, 4]);
  for (const plan of [four, bft]) {
    expect(plan.peers).toEqual(raft.peers);
    expect(plan.channels).toEqual(raft.channels);
  }
});

test('a block timeout is that of either consensus', () => {
  for (const consensus of ['etcdraft', 'BFT'] as const) {
    const { ordering } = definitionWith({ consensus, orderers: 'all', blockTimeoutMs: 70 });
    expect([ordering.batch.timeoutMs, ordering.bft.requestBatchMaxIntervalMs]).toEqual([70, 70]);
  }
});
