import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { hasFailed, outcomesOn, SCENARIOS } from './all.js';
import { DIFFERENCES } from './differences.js';
import { startEmbedded } from '../fixtures/probe/embedded.js';
import { readRecording } from './recording.js';
import type { Outcome } from '../fixtures/observation/outcome.js';
import { CLOUD_A, type PeerNetwork } from '../fixtures/probe/peer-network.js';

const TIMEOUT_MS = 180_000;
const { recordedFrom, outcomes: expected } = readRecording();
const names = [...SCENARIOS.keys()];

test('each scenario has a recorded answer, each answer its scenario', () => {
  expect(Object.keys(expected).sort()).toEqual([...names].sort());
  expect(names).toEqual(expect.arrayContaining(Object.keys(DIFFERENCES)));
  expect(names.filter((name) => hasFailed(expected[name]))).toEqual([]);
});

describe(`the embedded network answers as ${recordedFrom} did`, () => {
  let network: PeerNetwork;
  let outcomes: Record<string, Outcome>;
  beforeAll(async () => {
    network = await startEmbedded();
    outcomes = await outcomesOn(network);
  }, TIMEOUT_MS);
  afterAll(() => network[Symbol.asyncDispose]());

  test.each(names.filter((name) => !(name in DIFFERENCES)))('%s', (name) => {
    expect(outcomes[name]).toEqual(expected[name]);
  });

  test('error details name the peer as the definition does', async () => {
    const failing = network.client().contract.evaluateTransaction('noSuchFunction');
    await expect(failing).rejects.toMatchObject({
      details: [{ mspId: CLOUD_A, address: expect.stringMatching(/^peer-cloud-a:\d+$/) as unknown }],
    });
  });

  test.each(Object.entries(DIFFERENCES))('still different: %s (%s)', (name) => {
    expect(hasFailed(outcomes[name])).toBe(false);
    expect(outcomes[name]).not.toEqual(expected[name]);
  });
});
