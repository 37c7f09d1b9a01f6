import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFabricBinaries } from '@careledger/network-runners';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { valueAt, type Experiment } from '../experiment.js';
import { consensus } from './consensus.js';
import { fabricBlockTimeout } from './fabric-block-timeout.js';

const TIMEOUT_MS = 300_000;
jest.setTimeout(TIMEOUT_MS);

const hasFabric = (await findFabricBinaries()) !== undefined;
if (!hasFabric) process.stderr.write('SKIPPED: no Fabric here, so its experiments are not run\n');

(hasFabric ? describe : describe.skip)('on Fabric, in the quick form', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'careledger-experiments-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const figuresOf = (experiment: Experiment) =>
    experiment.run({ folder, quick: true, progress: () => undefined });

  test('a transaction alone waits for as long as the orderer waits for others, whatever that is', async () => {
    const figures = await figuresOf(fabricBlockTimeout);
    const ms = (timeoutMs: number) =>
      valueAt(figures, 'fabric-block-timeout-latency', '1 in flight', timeoutMs);
    expect(ms(50)).toBeGreaterThan(50);
    expect(ms(500)).toBeGreaterThan(500);
    expect(ms(50)).toBeLessThan(ms(500));
    expect(fabricBlockTimeout.meaning(figures)).not.toMatch(/NaN|undefined/);
  });

  test('one Raft orderer, four, and four BFT orderers commit what they are sent; more orderers take more CPU', async () => {
    const figures = await figuresOf(consensus);
    const [, , cost] = figures;
    expect(cost?.series[0]?.points).toHaveLength(3);
    const cpuMs = (kind: string) => valueAt(figures, 'consensus-cpu', 'orderers', kind);
    expect(cpuMs('Raft, one orderer')).toBeGreaterThan(0);
    expect(cpuMs('BFT, four orderers')).toBeGreaterThan(cpuMs('Raft, one orderer'));
    expect(consensus.meaning(figures)).not.toMatch(/NaN|undefined/);
  });
});
