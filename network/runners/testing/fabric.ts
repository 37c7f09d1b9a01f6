import { describe } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findFabricBinaries } from '../src/native/binaries.js';
import { NativeNetwork } from '../src/native/native-network.js';

const binaries = await findFabricBinaries();
if (!binaries) {
  process.stderr.write('SKIPPED: no Fabric here (FABRIC_BIN is not set and no "peer" is on the PATH)\n');
}

/** Tests on real Fabric; skipped, and said to be, where it is not installed. */
export function describeOnFabric(name: string, tests: () => void): void {
  (binaries ? describe : describe.skip)(name, tests);
}

/** A chaincode host that stands in for the project's: see test-chaincode-host.ts. */
export const TEST_CHAINCODE_HOST = fileURLToPath(new URL('./test-chaincode-host.js', import.meta.url));

/** A folder that is made when something is put in it: skipped tests leave none. */
export function temporaryFolder(purpose: string): string {
  return join(tmpdir(), `careledger-${purpose}-${randomUUID()}`);
}

/** A network in a new temporary folder, with the test chaincode. */
export function testNetwork(root = temporaryFolder('native')): NativeNetwork {
  return new NativeNetwork({ root, chaincode: { command: process.execPath, args: [TEST_CHAINCODE_HOST] } });
}
