import { beforeEach, expect, test } from '@jest/globals';
import { ProviderPool } from './provider-pool.js';

const REST_MS = 100;
let nowMs: number;
let connections: string[];
let pool: ProviderPool<string>;
beforeEach(() => {
  nowMs = 1_000;
  connections = [];
  pool = new ProviderPool({
    providerIds: ['a', 'b', 'c'],
    connect: (id) => {
      if (id === 'unknown') throw new Error('not configured');
      connections.push(id);
      return `client of ${id}`;
    },
    restMs: (failures) => failures * REST_MS,
    clock: () => nowMs,
  });
});

test('providers are tried in the order of preference, the one that has the statement first', () => {
  expect([pool.order(), pool.order('c'), pool.order('gone')]).toEqual([
    ['a', 'b', 'c'],
    ['c', 'a', 'b'],
    ['a', 'b', 'c'],
  ]);
  expect(pool.preferred()).toBe('a');
});

test('one that failed comes last until it has rested, longer each time', () => {
  pool.failed('a');
  expect([pool.order('a'), pool.resting()]).toEqual([['b', 'c', 'a'], ['a']]);
  nowMs += REST_MS;
  expect(pool.resting()).toEqual([]);
  pool.failed('a');
  nowMs += REST_MS;
  expect(pool.resting()).toEqual(['a']);
  pool.worked('a');
  expect(pool.order()).toEqual(['a', 'b', 'c']);
});

test('while none works, the one that has rested longest is first: whichever comes back is found', () => {
  for (const id of ['c', 'a', 'b']) {
    pool.failed(id);
    nowMs += 1;
  }
  expect(pool.order('b')).toEqual(['c', 'a', 'b']);
});

test('calls that fail together count once', () => {
  for (let n = 0; n < 10; n++) pool.failed('a');
  nowMs += REST_MS;
  expect(pool.isWorking('a')).toBe(true);
});

test('a client is made once, and again after a failure: its address may have changed', async () => {
  expect([await pool.client('a'), await pool.client('a')]).toEqual(['client of a', 'client of a']);
  pool.failed('a');
  await pool.client('a');
  expect(connections).toEqual(['a', 'a']);
  await expect(pool.client('unknown')).rejects.toThrow('not configured');
});
