import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { findFabricBinaries } from '@careledger/network-runners';
import { outcomesOn, SCENARIOS } from './all.js';
import { readRecording } from './recording.js';
import { startNative } from '../fixtures/probe/native.js';
import type { Outcome } from '../fixtures/observation/outcome.js';
import type { PeerNetwork } from '../fixtures/probe/peer-network.js';

const TIMEOUT_MS = 300_000;
const { recordedFrom, outcomes: expected } = readRecording();

const hasFabric = (await findFabricBinaries()) !== undefined;
if (!hasFabric)
  process.stderr.write(
    `SKIPPED: no Fabric here, so the answers recorded from ${recordedFrom} are not asked for again\n`,
  );

(hasFabric ? describe : describe.skip)(`real Fabric answers as recorded from ${recordedFrom}`, () => {
  let network: PeerNetwork | undefined;
  let outcomes: Record<string, Outcome>;
  beforeAll(async () => {
    network = await startNative();
    outcomes = await outcomesOn(network);
  }, TIMEOUT_MS);
  afterAll(() => network?.[Symbol.asyncDispose](), TIMEOUT_MS);

  test.each([...SCENARIOS.keys()])('%s', (name) => {
    expect(outcomes[name]).toEqual(expected[name]);
  });
});
