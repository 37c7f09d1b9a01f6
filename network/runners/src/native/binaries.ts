import { access, constants } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { RunnerError } from '../errors.js';

/** Fabric's programs on this machine. */
export interface FabricBinaries {
  readonly peer: string;
  readonly orderer: string;
  /** Folder that holds the ccaas builder's `detect`, `build` and `release`. */
  readonly ccaasBuilder: string;
}

/** Looks in the folder FABRIC_BIN, or else on the PATH. Undefined when Fabric is not installed. */
export async function findFabricBinaries(
  env: NodeJS.ProcessEnv = process.env,
): Promise<FabricBinaries | undefined> {
  const folders = foldersOf(env);
  const [peer, orderer] = await Promise.all([
    firstRunnable(folders, 'peer'),
    firstRunnable(folders, 'orderer'),
  ]);
  if (!peer || !orderer) return undefined;
  const beside = dirname(peer);
  // Where Fabric's own build, its release archive and its images put the builder.
  const ccaasBuilder = await firstWithBuilder([
    join(beside, 'ccaas_builder'),
    join(beside, 'ccaas_builder', 'bin'),
    join(beside, '..', 'builders', 'ccaas', 'bin'),
    '/opt/hyperledger/ccaas_builder/bin',
  ]);
  return ccaasBuilder ? { peer, orderer, ccaasBuilder } : undefined;
}

/** A program beside Fabric's, such as `fabric-ca-server`, looked for in the same folders. */
export async function findProgram(
  name: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string | undefined> {
  return firstRunnable(foldersOf(env), name);
}

function foldersOf(env: NodeJS.ProcessEnv): string[] {
  return env['FABRIC_BIN'] ? [env['FABRIC_BIN']] : (env['PATH'] ?? '').split(delimiter).filter(Boolean);
}

/** As {@link findFabricBinaries}, but missing binaries are an error. */
export async function requireFabricBinaries(env?: NodeJS.ProcessEnv): Promise<FabricBinaries> {
  const binaries = await findFabricBinaries(env);
  if (binaries) return binaries;
  throw new RunnerError(
    'BINARIES_MISSING',
    'Fabric 3.x is not here: put "peer", "orderer" and "ccaas_builder" on the PATH, or name their folder in FABRIC_BIN',
  );
}

async function firstRunnable(folders: readonly string[], name: string): Promise<string | undefined> {
  for (const folder of folders) {
    const path = join(folder, name);
    if (await isRunnable(path)) return path;
  }
  return undefined;
}

async function firstWithBuilder(folders: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) if (await isRunnable(join(folder, 'detect'))) return folder;
  return undefined;
}

async function isRunnable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
