import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PORT_OFFSETS } from '@careledger/network-definition';
import { NativeNetwork, findFabricBinaries } from '@careledger/network-runners';
import { BenchError } from '../errors.js';
import { definitionWith, type FabricSettings } from './definition.js';

const PUT_HOST = fileURLToPath(new URL('put-host.js', import.meta.url));

/** Where a client of the network finds the smallest chaincode that writes. */
export const PUT_ON_FABRIC = { channel: 'cloud', mspId: 'PatientsMSP', chaincode: 'records' } as const;

/** @throws BenchError `NOT_HERE` where Fabric's programs are not */
export async function requireFabric(): Promise<void> {
  if ((await findFabricBinaries()) !== undefined) return;
  throw new BenchError(
    'NOT_HERE',
    'Fabric is not here: put peer, orderer and ccaas_builder on the PATH, or name their folder in FABRIC_BIN',
  );
}

/**
 * Fabric on this machine with a chaincode that only puts: four organisations, of which two of three endorse. Ready when
 * this resolves; gone with what it kept when it is disposed of, or with this process.
 */
export async function startFabric(dir: string, settings: FabricSettings): Promise<AsyncDisposable> {
  mkdirSync(dir, { recursive: true });
  const definitionPath = join(dir, 'definition.yaml');
  // JSON is YAML.
  writeFileSync(definitionPath, JSON.stringify(definitionWith(settings)));
  const chaincode = { command: process.execPath, args: [PUT_HOST] };
  const network = new NativeNetwork({ root: fabricFolder(dir), definitionPath, chaincode });
  await using stack = new AsyncDisposableStack();
  stack.defer(() => network.destroy());
  await network.up({ profile: 'small', portOffset: PORT_OFFSETS.bench });
  const pids = (await network.status()).flatMap(({ pid, running }) => (running ? [pid] : []));
  const kill = () => pids.forEach((pid) => process.kill(pid, 'SIGKILL'));
  process.once('exit', kill);
  stack.defer(() => void process.off('exit', kill));
  return stack.move();
}

/** Folder of its connection file and of identities. */
export const fabricFolder = (dir: string): string => join(dir, 'network');
