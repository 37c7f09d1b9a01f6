import { expect, test } from '@jest/globals';
import { ownRate } from './two-cores.js';

const round = { frames: 1_000, wallUs: 1_000_000, gatewayCpuUs: 500_000, generatorCpuUs: 500_000 };

test('on one processor the gateway had what whoever sent has left of it; of two, each has lost half of that', () => {
  expect(ownRate(round, 1)).toBeCloseTo(2_000);
  expect(ownRate(round, 2)).toBeCloseTo(1_000 / 0.75);
});

test('a gateway that uses both processors wholly is twice as fast by this rate, whatever the sender takes', () => {
  const work = 1_600_000;
  const sender = 400_000;
  const of = (processors: number) =>
    ownRate({ ...round, generatorCpuUs: sender, wallUs: (work + sender) / processors }, processors);
  expect(of(2) / of(1)).toBeCloseTo(2);
});
