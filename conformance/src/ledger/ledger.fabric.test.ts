import { findFabricBinaries } from '@careledger/network-runners';
import { describe, jest } from '@jest/globals';
import { describeLedger } from './ledger-suite.js';
import { startNative } from '../fixtures/counter/native.js';

const TIMEOUT_MS = 120_000;
jest.setTimeout(TIMEOUT_MS);

const hasFabric = (await findFabricBinaries()) !== undefined;
if (!hasFabric) process.stderr.write('SKIPPED: no Fabric here, so the ledger client is not tried on it\n');

(hasFabric ? describe : describe.skip)('with Fabric’s programs', () => {
  describeLedger('real Fabric', startNative);
});
