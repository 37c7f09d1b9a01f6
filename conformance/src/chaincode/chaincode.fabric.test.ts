import { findFabricBinaries } from '@careledger/network-runners';
import { describe, jest } from '@jest/globals';
import { describeChaincode } from './chaincode-suite.js';
import { startNative } from '../fixtures/chaincode/native.js';

const START_TIMEOUT_MS = 180_000;
/** A block takes 200 ms there, and some tests write many. */
const TEST_TIMEOUT_MS = 120_000;
jest.setTimeout(TEST_TIMEOUT_MS);

const hasFabric = (await findFabricBinaries()) !== undefined;
if (!hasFabric) process.stderr.write('SKIPPED: no Fabric here, so the chaincode is not tried on it\n');

(hasFabric ? describe : describe.skip)('with Fabric’s programs', () => {
  describeChaincode('real Fabric', startNative, START_TIMEOUT_MS);
});
