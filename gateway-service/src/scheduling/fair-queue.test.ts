import { expect, test } from '@jest/globals';
import { FairQueue, URGENT_TURNS } from './fair-queue.js';

const URGENT = { isUrgent: true };
const take = (queue: FairQueue<string, string>, count: number) =>
  Array.from({ length: count }, () => queue.shift());

test('a sender that floods does not hold up the others, and each keeps its order', () => {
  const queue = new FairQueue<string, string>();
  for (let n = 0; n < 4; n++) queue.push('flood', `f${n}`);
  queue.push('a', 'a0');
  queue.push('b', 'b0');
  queue.push('a', 'a1');
  expect([queue.size, queue.costOf('flood'), queue.costOf('c')]).toEqual([7, 4, 0]);
  expect([...queue.drain()]).toEqual(['f0', 'a0', 'b0', 'f1', 'a1', 'f2', 'f3']);
  expect([queue.size, queue.costOf('flood')]).toEqual([0, 0]);
});

test('something urgent goes first with all that its sender sent before; the sender is ordinary again afterwards', () => {
  const queue = new FairQueue<string, string>();
  for (let n = 0; n < 3; n++) queue.push('a', `a${n}`);
  queue.push('b', 'b0');
  queue.push('b', 'b1!', URGENT);
  queue.push('b', 'b2');
  queue.push('c', 'c0!', URGENT);
  expect(queue.hasUrgent).toBe(true);
  expect(take(queue, 3)).toEqual(['b0', 'c0!', 'b1!']);
  expect(queue.hasUrgent).toBe(false);
  queue.push('b', 'b3');
  expect([...queue.drain()]).toEqual(['a0', 'b2', 'a1', 'b3', 'a2']);
});

test('a sender of large items has as many turns fewer as they cost', () => {
  const queue = new FairQueue<string, string>();
  for (let n = 0; n < 2; n++) queue.push('large', `l${n}`, { cost: 3 });
  for (let n = 0; n < 5; n++) queue.push('small', `s${n}`);
  expect([...queue.drain()]).toEqual(['s0', 's1', 'l0', 's2', 's3', 's4', 'l1']);
});

test('senders that call everything urgent leave the others one turn in a few', () => {
  const queue = new FairQueue<string, string>();
  for (let n = 0; n < 4 * URGENT_TURNS; n++) queue.push('flood', `f${n}`, URGENT);
  for (let n = 0; n < 3; n++) queue.push('a', `a${n}`);
  queue.push('ill', 'i0', URGENT);
  const order = [...queue.drain()];
  expect(['i0', 'a0', 'a1', 'a2'].map((item) => order.indexOf(item))).toEqual([
    1,
    URGENT_TURNS,
    2 * URGENT_TURNS + 1,
    3 * URGENT_TURNS + 2,
  ]);
});
