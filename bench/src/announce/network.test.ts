import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { AnnouncingNetwork, onDevnet } from './network.js';

const TIMEOUT_MS = 120_000;

test(
  'records are announced by the project’s chaincode, several in a transaction or one, and each has its own row',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'careledger-bench-'));
    try {
      await using network = await AnnouncingNetwork.open(folder, onDevnet, 4);
      expect(network.endorsers).toBe(3);
      const before = network.cpuMs();
      expect(await network.round({ transactions: 4, inFlight: 2, recordsEach: 4 })).toBeGreaterThan(0);
      expect(await network.round({ transactions: 3, inFlight: 3, recordsEach: 1 })).toBeGreaterThan(0);
      expect(network.cpuMs().organizations).toBeGreaterThan(before.organizations);
      await network.check();
      await expect(network.round({ transactions: 1, inFlight: 1, recordsEach: 5 })).rejects.toMatchObject({
        code: 'WORKER_FAILED',
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  TIMEOUT_MS,
);
