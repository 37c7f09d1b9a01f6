import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { someAtOnce } from './some-at-once.js';

const ALL = Array.from({ length: 30 }, (_, index) => index);

/** Twice each, and how many were on their way at most. */
async function doubled(atOnce?: number) {
  let running = 0;
  let most = 0;
  const act = async (each: number): Promise<number> => {
    most = Math.max(most, ++running);
    await delay(each % 3);
    running--;
    return each * 2;
  };
  const done = await someAtOnce(ALL, act, atOnce);
  return { done, most };
}

test('many are done in their order of results, and never more than a gateway lets wait', async () => {
  const { done, most } = await doubled();
  expect(done).toEqual(ALL.map((each) => each * 2));
  expect(most).toBe(8);
});

test('or so many as whoever asks says', async () => {
  const { done, most } = await doubled(3);
  expect(done).toEqual(ALL.map((each) => each * 2));
  expect(most).toBe(3);
});

test('the first failure is everybody’s', async () => {
  const act = (each: number) => (each === 3 ? Promise.reject(new Error('no')) : Promise.resolve(each));
  await expect(someAtOnce([1, 2, 3], act)).rejects.toThrow('no');
});
