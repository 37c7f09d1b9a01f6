import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PORT_OFFSETS } from '@careledger/network-definition';
import { NativeNetwork, findFabricBinaries } from '@careledger/network-runners';
import { cpuTimeMs } from '@careledger/supervisor';
import { BenchError } from '../errors.js';
import { definitionWith, type FabricSettings } from './definition.js';

/** Program that serves both of the project's chaincodes, or something in their place. */
export type ChaincodeCommand = ConstructorParameters<typeof NativeNetwork>[0]['chaincode'];

/** What its nodes do. */
export type FabricPart = 'orderers' | 'peers' | 'chaincode';

/** Fabric on this machine; gone with what it kept when it is disposed of, or with this process. */
export interface RunningFabric extends AsyncDisposable {
  /** CPU of all nodes of a kind so far, in milliseconds. */
  cpuMs(part: FabricPart): number;
}

/** @throws BenchError `NOT_HERE` where Fabric's programs are not */
export async function requireFabric(): Promise<void> {
  if ((await findFabricBinaries()) !== undefined) return;
  throw new BenchError(
    'NOT_HERE',
    'Fabric is not here: put peer, orderer and ccaas_builder on the PATH, or name their folder in FABRIC_BIN',
  );
}

/** Four organisations, of which two of three endorse on `cloud`. Ready when this resolves. */
export async function startFabric(
  dir: string,
  settings: FabricSettings,
  chaincode: ChaincodeCommand,
): Promise<RunningFabric> {
  mkdirSync(dir, { recursive: true });
  const definitionPath = join(dir, 'definition.yaml');
  // JSON is YAML.
  writeFileSync(definitionPath, JSON.stringify(definitionWith(settings)));
  const network = new NativeNetwork({ root: fabricFolder(dir), definitionPath, chaincode });
  await using stack = new AsyncDisposableStack();
  stack.defer(() => network.destroy());
  await network.up({ profile: 'small', portOffset: PORT_OFFSETS.bench });
  const nodes = (await network.status()).filter(({ running }) => running);
  const kill = () => nodes.forEach(({ pid }) => process.kill(pid, 'SIGKILL'));
  process.once('exit', kill);
  stack.defer(() => void process.off('exit', kill));
  const running = stack.move();
  return {
    cpuMs: (part) =>
      nodes.filter(({ name }) => partOf(name) === part).reduce((sum, { pid }) => sum + cpuTimeMs(pid), 0),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** What a node does, by its name in the definition; a chaincode host is named after whose it is. */
function partOf(name: string): FabricPart {
  if (name.startsWith('orderer-')) return 'orderers';
  return name.startsWith('peer-') ? 'peers' : 'chaincode';
}

/** Folder of its connection file and of identities. */
export const fabricFolder = (dir: string): string => join(dir, 'network');
