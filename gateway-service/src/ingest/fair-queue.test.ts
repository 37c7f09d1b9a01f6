import { expect, test } from '@jest/globals';
import { FairQueue } from './fair-queue.js';

test('a sender that floods does not hold up the others, and each keeps its order', () => {
  const queue = new FairQueue<string, string>();
  for (let n = 0; n < 4; n++) queue.push('flood', `f${n}`, false);
  queue.push('a', 'a0', false);
  queue.push('b', 'b0', false);
  queue.push('a', 'a1', false);
  expect([...queue.drain()]).toEqual(['f0', 'a0', 'b0', 'f1', 'a1', 'f2', 'f3']);
  expect(queue.size).toBe(0);
});

test('something urgent goes first with all that its sender sent before; the sender is ordinary again afterwards', () => {
  const queue = new FairQueue<string, string>();
  for (let n = 0; n < 3; n++) queue.push('a', `a${n}`, false);
  queue.push('b', 'b0', false);
  queue.push('b', 'b1!', true);
  queue.push('b', 'b2', false);
  queue.push('c', 'c0!', true);
  expect(queue.hasUrgent).toBe(true);
  expect([1, 2, 3, 4].map(() => queue.shift())).toEqual(['b0', 'c0!', 'b1!', 'b2']);
  queue.push('b', 'b3', false);
  expect(queue.hasUrgent).toBe(false);
  expect([...queue.drain()]).toEqual(['a0', 'b3', 'a1', 'a2']);
});
