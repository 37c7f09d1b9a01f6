import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { LedgerChannel } from '../channel.js';
import { LossyGateway } from '../../testing/lossy-gateway.js';
import { connectTo, contract, openTestChannel } from '../../testing/test-channel.js';
import { PeerRoute } from './peer-route.js';

const BACK_WITHIN_MS = 10_000;
const POLL_MS = 50;

let stack: AsyncDisposableStack;
let first: LossyGateway;
let second: LossyGateway;
let channel: LedgerChannel;
beforeEach(async () => {
  stack = new AsyncDisposableStack();
  first = await peerAt();
  second = await peerAt();
  const route = new PeerRoute([connectTo(first), connectTo(second)]);
  const routes = { SecondMSP: new PeerRoute([connectTo(second)]) };
  ({ channel } = openTestChannel({ route, routes, timeouts: { resendWindowMs: 5_000 } }));
});
afterEach(() => stack.disposeAsync());

async function peerAt(port?: number): Promise<LossyGateway> {
  const peer = stack.use(new LossyGateway());
  await peer.start(port);
  return peer;
}
const store = () => channel.submit(contract, 'Store', { id: 1 });

describe('a channel that two peers may serve', () => {
  test('is served by the first while it is there', async () => {
    await store();
    await store();
    expect([first.committed, second.committed]).toEqual([2, 0]);
  });

  test('goes on at the second when the first is killed, and at the first again once it is back', async () => {
    await store();
    first.stop();
    await store();
    await store();
    expect(second.committed).toBe(2);

    const back = await peerAt(first.port);
    const giveUpAt = Date.now() + BACK_WITHIN_MS;
    while (back.committed === 0 && Date.now() < giveUpAt) {
      await store();
      await delay(POLL_MS);
    }
    expect(back.committed).toBeGreaterThan(0);
  });

  test('is served by the second where the first was never there', async () => {
    first.stop();
    await store();
    expect(second.committed).toBe(1);
  });

  test('commits at the second what the first had endorsed before it was killed', async () => {
    first.fate = () => {
      first.stop();
      return 'break';
    };
    await expect(store()).resolves.toMatchObject({ blockNumber: 1n });
    expect([first.sendings.length, second.sendings.length]).toEqual([1, 1]);
    expect(second.sendings[0]?.equals(first.sendings[0] ?? Buffer.alloc(0))).toBe(true);
  });

  test('is away when both are', async () => {
    first.stop();
    second.stop();
    await expect(store()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  test('is not asked elsewhere what a peer has refused', async () => {
    first.fate = () => 'refuse';
    await expect(store()).rejects.toMatchObject({ code: 'ORDERER_REFUSED' });
    expect(second.sendings).toEqual([]);
  });
});

describe('a call that names whose peer is to serve it', () => {
  const bySecond = { peerMspId: 'SecondMSP' };

  test('is not answered by another one: neither before nor while that one is away', async () => {
    await channel.evaluate(contract, 'Store', { id: 1 }, bySecond);
    await channel.submit(contract, 'Store', { id: 1 }, bySecond);
    expect([first.evaluated, second.evaluated]).toEqual([[], [['SecondMSP']]]);
    expect([first.committed, second.committed]).toEqual([0, 1]);
    second.stop();
    await expect(channel.evaluate(contract, 'Store', { id: 1 }, bySecond)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
    expect(first.evaluated).toEqual([]);
  });

  test('is refused where the connection names no such peer', async () => {
    const asked = channel.evaluate(contract, 'Store', { id: 1 }, { peerMspId: 'ThirdMSP' });
    await expect(asked).rejects.toMatchObject({ code: 'CONFIGURATION' });
    await channel.evaluate(contract, 'Store', { id: 1 });
    expect(first.evaluated).toEqual([[]]);
  });
});
