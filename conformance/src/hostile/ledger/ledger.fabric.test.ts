import { PORT_OFFSETS } from '@careledger/network-definition';
import { findFabricBinaries } from '@careledger/network-runners';
import { describe } from '@jest/globals';
import { startNative } from '../../fixtures/chaincode/native.js';
import { describeHostileLedger } from './ledger-suite.js';

const TIMEOUT_MS = 300_000;

const hasFabric = (await findFabricBinaries()) !== undefined;
if (!hasFabric) process.stderr.write('SKIPPED: no Fabric here, so hostile members are not tried on it\n');

(hasFabric ? describe : describe.skip)('with Fabric’s programs', () => {
  describeHostileLedger('real Fabric', () => startNative(PORT_OFFSETS.hostile), TIMEOUT_MS);
});
