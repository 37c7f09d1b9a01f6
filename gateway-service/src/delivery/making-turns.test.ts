import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { MakingTurns } from './making-turns.js';

test('turns come in the order of asking, and whatever else has come goes between two of them', async () => {
  const turns = new MakingTurns({ isEmergency: () => false });
  const names = ['a', 'b', 'c'];
  const order: (string | number)[] = [];
  const all = Promise.all(names.map((name) => turns.next().then(() => order.push(name))));
  for (let loop = 0; order.length < 2 * names.length; loop++) {
    await nextTurn();
    order.push(loop);
  }
  await all;
  expect(order.filter((each) => typeof each === 'string')).toEqual(names);
  expect(order.indexOf('b') - order.indexOf('a')).toBeGreaterThan(1);
  expect(order.indexOf('c') - order.indexOf('b')).toBeGreaterThan(1);
});

test('nobody has a turn while an emergency is made or told', async () => {
  let isEmergency = true;
  let isDone = false;
  const turns = new MakingTurns({ isEmergency: () => isEmergency });
  const turn = turns.next().then(() => (isDone = true));
  await delay(50);
  expect(isDone).toBe(false);
  isEmergency = false;
  await turn;
});

test('emergencies without end leave half of the time to the records', async () => {
  let nowMs = 0;
  const clock = (): number => nowMs;
  /** Every look takes a tenth of a second. */
  let looks = 0;
  const turns = new MakingTurns({
    isEmergency: () => {
      looks += 1;
      nowMs += 100;
      return true;
    },
    clock,
  });
  await turns.next();
  const heldMs = nowMs;
  const first = looks;
  expect(heldMs).toBeGreaterThanOrEqual(2_000);
  await turns.next();
  nowMs += heldMs - 1;
  await turns.next();
  expect(looks).toBe(first);
  nowMs += heldMs;
  await turns.next();
  expect(looks).toBeGreaterThan(first);
});
