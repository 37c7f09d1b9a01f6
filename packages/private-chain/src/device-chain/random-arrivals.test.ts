import { sha256 } from '@careledger/crypto';
import { describe, expect, test } from '@jest/globals';
import type { VoidedFrame } from '../frame/frame.js';
import { frameOrigin } from '../frame/origin.js';
import { MAX_OPEN_GAPS } from '../limits.js';
import { hashNamed } from '../../testing/fixtures.js';
import { checkFrame } from './check-frame.js';
import type { FrameVerdict } from './check-frame.js';
import { newDeviceChain } from './state.js';
import type { DeviceChainState } from './state.js';

const DEVICE = 'dev_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';
const FRAMES = 60;

type Link = { epoch: string; seq: number; prev: string; leaf: string; void: VoidedFrame | undefined };

/** The rule looks at links only, so leaves need no frames here: a hash per counter. */
function chainOf(count: number): Link[] {
  const links: Link[] = [];
  let prev = frameOrigin(DEVICE, 'e', sha256);
  for (let seq = 0; seq < count; seq++) {
    const leaf = hashNamed(`leaf ${seq}`);
    links.push({ epoch: 'e', seq, prev, leaf, void: undefined });
    prev = leaf;
  }
  return links;
}

/** mulberry32: small, seeded, good enough to shuffle. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

class Receiver {
  state: DeviceChainState = newDeviceChain(DEVICE, 'e', sha256);
  readonly stored = new Map<number, string>();
  readonly abandoned: { from: number; to: number }[] = [];

  receive(link: Link): FrameVerdict {
    // Through JSON, as a store keeps it.
    const state = JSON.parse(JSON.stringify(this.state)) as DeviceChainState;
    const verdict = checkFrame(state, link, link.leaf, (seq) => {
      const leaf = this.stored.get(seq);
      return leaf === undefined ? undefined : { leaf };
    });
    if (verdict.outcome === 'accepted') {
      this.state = verdict.nextState;
      this.stored.set(link.seq, link.leaf);
      if (verdict.abandoned !== undefined) this.abandoned.push(verdict.abandoned);
    }
    return verdict;
  }

  /** Counters below `nextSeq` that are not stored, by the state and by the store. */
  missing(): { byState: number[]; byStore: number[] } {
    const byState = [...this.abandoned, ...this.state.gaps].flatMap(({ from, to }) =>
      Array.from({ length: to - from + 1 }, (_, i) => from + i),
    );
    const byStore: number[] = [];
    for (let seq = 0; seq < this.state.nextSeq; seq++) if (!this.stored.has(seq)) byStore.push(seq);
    return { byState: byState.sort((a, b) => a - b), byStore };
  }
}

/** Delays, drops and repeats. */
function disturbed(links: readonly Link[], random: () => number): Link[] {
  const arrivals = links.flatMap((link, i) => {
    if (random() < 0.15) return [];
    const copies = random() < 0.2 ? 2 : 1;
    return Array.from({ length: copies }, () => ({ link, at: i + (random() < 0.3 ? random() * 20 : 0) }));
  });
  return arrivals.sort((a, b) => a.at - b.at).map(({ link }) => link);
}

const seeds = Array.from({ length: 50 }, (_, seed) => seed);

describe('a device chain under drops, repeats and reordering', () => {
  test.each(seeds)('seed %i: keeps every frame once, and its gaps are what is missing', (seed) => {
    const links = chainOf(FRAMES);
    const receiver = new Receiver();
    const seen = new Set<number>();
    for (const link of disturbed(links, randomOf(seed))) {
      const { outcome } = receiver.receive(link);
      expect(outcome).toBe(seen.has(link.seq) ? 'duplicate' : 'accepted');
      seen.add(link.seq);
      const { byState, byStore } = receiver.missing();
      expect(byState).toEqual(byStore);
    }
    for (const link of links.filter(({ seq }) => !seen.has(seq)).reverse()) {
      expect(receiver.receive(link).outcome).toBe('accepted');
    }
    expect(receiver.state.gaps).toEqual([]);
    expect(receiver.state).toMatchObject({ nextSeq: FRAMES, head: links.at(-1)!.leaf });
  });

  test.each(seeds)('seed %i: a forger without the chain gets nothing in beside a neighbour', (seed) => {
    const random = randomOf(seed);
    const receiver = new Receiver();
    for (const link of disturbed(chainOf(FRAMES), random)) {
      receiver.receive(link);
      const seq = Math.floor(random() * (receiver.state.nextSeq + 1));
      const forged = {
        epoch: 'e',
        seq,
        prev: hashNamed(`forged ${seq}`),
        leaf: hashNamed(`forged leaf ${seq}`),
        void: undefined,
      };
      const gap = receiver.state.gaps.find(({ from, to }) => from < seq && seq < to);
      // In the middle of a wide gap nothing links a filler yet: only the device's signature speaks for it.
      if (gap === undefined) expect(receiver.receive(forged).outcome).toBe('rejected');
    }
  });
});

test('a device with more gaps than are kept loses its oldest, not its newest frames', () => {
  const receiver = new Receiver();
  const links = chainOf(2 * MAX_OPEN_GAPS + 4);
  for (const link of links.filter(({ seq }) => seq % 2 === 1))
    expect(receiver.receive(link).outcome).toBe('accepted');
  expect(receiver.state.gaps).toHaveLength(MAX_OPEN_GAPS);
  expect(receiver.abandoned.map(({ from }) => from)).toEqual([0, 2]);
  expect(receiver.receive(links[0]!)).toEqual({ outcome: 'rejected', code: 'FRAME_GAP_CLOSED' });
  expect(receiver.receive(links[4]!)).toMatchObject({ outcome: 'accepted', filler: true });
});

test('the frame received last is known as a duplicate without a look into the store', () => {
  const [first] = chainOf(1);
  const { nextState } = checkFrame(
    newDeviceChain(DEVICE, 'e', sha256),
    first!,
    first!.leaf,
    () => undefined,
  ) as {
    nextState: DeviceChainState;
  };
  expect(checkFrame(nextState, first!, first!.leaf, () => undefined)).toEqual({ outcome: 'duplicate' });
  const stored = { leaf: first!.leaf, height: 7 };
  expect(checkFrame(nextState, first!, first!.leaf, () => stored)).toEqual({
    outcome: 'duplicate',
    height: 7,
  });
});
