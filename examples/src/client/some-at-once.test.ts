import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { someAtOnce } from './some-at-once.js';

test('many are done in their order of results, and never more than a gateway lets wait', async () => {
  let running = 0;
  let most = 0;
  const all = Array.from({ length: 30 }, (_, index) => index);
  const done = await someAtOnce(all, async (each) => {
    most = Math.max(most, ++running);
    await delay(each % 3);
    running--;
    return each * 2;
  });
  expect(done).toEqual(all.map((each) => each * 2));
  expect(most).toBe(8);
});

test('the first failure is everybody’s', async () => {
  const act = (each: number) => (each === 3 ? Promise.reject(new Error('no')) : Promise.resolve(each));
  await expect(someAtOnce([1, 2, 3], act)).rejects.toThrow('no');
});
