import { PORT_OFFSETS } from '@careledger/network-definition';
import { findFabricBinaries } from '@careledger/network-runners';
import { describe } from '@jest/globals';
import { startNative } from '../fixtures/chaincode/native.js';
import { describeRecovery } from './recovery-suite.js';

const hasFabric = (await findFabricBinaries()) !== undefined;
if (!hasFabric) process.stderr.write('SKIPPED: no Fabric here, so no recovery is tried on it\n');

(hasFabric ? describe : describe.skip)('with Fabric’s programs', () => {
  describeRecovery('real Fabric', (timeWindowMs) => startNative(PORT_OFFSETS.chaincode, timeWindowMs));
});
