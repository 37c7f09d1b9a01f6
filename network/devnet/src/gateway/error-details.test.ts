import { describe, expect, test } from '@jest/globals';
import { failureOf } from '../../testing/failure.js';
import { TemporaryFolder, TestClient, startTestDevnet, textOf } from '../../testing/network.js';
import type { Devnet } from '../devnet.js';

const portOf = (devnet: Devnet, mspId: string): string =>
  devnet.connection.channels['ch']?.organizations[mspId]?.endpoint.split(':').at(-1) ?? '';

describe('error details', () => {
  test('name the peer that said it, not the loopback address that it listens on', async () => {
    await using folder = await TemporaryFolder.make();
    await using devnet = await startTestDevnet(folder, { peerNames: { B: 'peer-b.example' } });
    using client = await TestClient.open(devnet, 'ch', 'A');
    const failing = (endorsingOrganizations: string[]) => ({ arguments: ['no'], endorsingOrganizations });
    const nameOfA = `peer0.a.devnet.local:${portOf(devnet, 'A')}`;
    const nameOfB = `peer-b.example:${portOf(devnet, 'B')}`;
    const evaluated = await failureOf(client.contract().evaluate('fail', failing(['A'])));
    expect(evaluated.addresses).toEqual([nameOfA]);
    const endorsed = await failureOf(client.contract().submit('fail', failing(['A', 'B'])));
    expect([...endorsed.addresses].sort()).toEqual([nameOfB, nameOfA].sort());
  });

  test('name a peer that was renamed; its certificate has the new name', async () => {
    await using folder = await TemporaryFolder.make();
    await (await startTestDevnet(folder)).close();
    await using devnet = await startTestDevnet(folder, { peerNames: { A: 'peer-a' } });
    expect(devnet.connection.channels['ch']?.organizations['A']?.serverName).toBe('peer-a');
    using client = await TestClient.open(devnet, 'ch', 'A');
    expect(textOf(await client.contract().submitTransaction('put', 'k', 'v'))).toBe('v');
    const failure = await failureOf(client.contract().evaluateTransaction('fail', 'no'));
    expect(failure.addresses).toEqual([`peer-a:${portOf(devnet, 'A')}`]);
  });

  test.each([
    ['an organisation without a peer', { Z: 'peer-z' }],
    ['an address', { A: 'peer-a:7051' }],
    ['nothing', { A: '' }],
    ['two peers alike', { A: 'peer', B: 'PEER' }],
  ])('refuse to name %s', async (_what, peerNames) => {
    await using folder = await TemporaryFolder.make();
    await expect(startTestDevnet(folder, { peerNames })).rejects.toMatchObject({ code: 'BAD_CONFIG' });
  });
});
