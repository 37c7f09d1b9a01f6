import { PORT_OFFSETS } from '@careledger/network-definition';
import { findFabricBinaries } from '@careledger/network-runners';
import { describe, expect, test } from '@jest/globals';
import { startNative } from '../fixtures/chaincode/native.js';
import { reportOf } from './report.js';
import { tryConsent } from './trial.js';
import { PROVIDER_DISTURBANCES } from './world/disturbances.js';
import { World } from './world/world.js';

const TIMEOUT_MS = 600_000;
/** As many as there are then, on a machine that is slow. */
const LIMIT_MS = 60_000;
/** More of them: `make judge-consent ARGS="--network native --operations 5000"`. */
const SIZE = { operations: 500, people: 12, clients: 6, limitMs: LIMIT_MS };

const hasFabric = (await findFabricBinaries()) !== undefined;
if (!hasFabric)
  process.stderr.write('SKIPPED: no Fabric here, so what patients decide is not judged on it\n');

(hasFabric ? describe : describe.skip)('with Fabric’s programs', () => {
  test(
    `what patients decide, up to ${SIZE.operations} operations, leaves nothing to object to`,
    async () => {
      await using world = await World.on({ network: await startNative(PORT_OFFSETS.consent) });
      const seed = Math.floor(Math.random() * 2 ** 31);
      const outcome = await tryConsent(world, { ...SIZE, seed, disturbances: PROVIDER_DISTURBANCES });
      process.stderr.write(`seed ${seed}: ${reportOf(outcome)}\n`);
      expect(outcome.findings.list).toEqual([]);
      expect(outcome.history.releases.length).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );
});
