import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { requireState } from '@careledger/network-admin';
import { MANIFEST_FILE, verify } from '../backup/manifest.js';
import { takeBackup, type BackupMoment } from '../backup/take-backup.js';
import { TreeCopy } from '../backup/tree-copy.js';
import { RunnerError } from '../errors.js';
import { Halt } from './halt.js';
import type { NativeNetwork } from './native-network.js';
import { checkPorts, listeners } from './ports.js';

/** What a backup is of, and what it cost. */
export interface BackupReport extends BackupMoment {
  readonly files: number;
  readonly bytes: number;
}

/**
 * Copies all of a running network into a new folder, as it is at one moment: identities and keys, genesis blocks,
 * secrets, ledgers, and the services' stores, keys and blobs. All processes are halted for that moment.
 */
export async function backup(network: NativeNetwork, destination: string): Promise<BackupReport> {
  const { root } = network.layout;
  const target = resolve(destination);
  await network.state();
  if (`${target}${sep}`.startsWith(`${root}${sep}`)) {
    throw new RunnerError(
      'NOT_EMPTY',
      `${target} is inside of what it shall be a copy of: name another folder`,
    );
  }
  await requireEmpty(target, 'name a new folder');
  const partial = `${target}.partial`;
  await rm(partial, { recursive: true, force: true });

  const { at, haltedMs, files } = await takeBackup({
    folder: partial,
    copies: [new TreeCopy(root, partial, isMadeByUp)],
    whileHalted: (copyRest) => whileHalted(network, copyRest),
    progress: network.progress,
  });
  const paths = Object.keys(files);
  const sizes = await Promise.all(paths.map(async (path) => (await stat(join(partial, path))).size));
  await rm(target, { recursive: true, force: true });
  await rename(partial, target);
  return { at, files: paths.length, bytes: sizes.reduce((sum, size) => sum + size, 0), haltedMs };
}

/**
 * Puts a backup where no network is and brings it up, services too. Refuses where there is a network already,
 * a backup that is not as it was written, and ports that something else has.
 */
export async function restore(network: NativeNetwork, source: string): Promise<void> {
  const { root } = network.layout;
  const { at } = await verify(source);
  await requireEmpty(root, 'remove that network first, or name another folder with --dir');
  const state = await requireState(source);
  const planned = listeners(network.plan(state), network.programs(state));
  await checkPorts(planned, new Set(planned.keys()));

  const partial = `${root}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(dirname(root), { recursive: true });
  await new TreeCopy(resolve(source), partial, (path) => path === MANIFEST_FILE).pass();
  await rm(root, { recursive: true, force: true });
  await rename(partial, root);
  network.progress('restore', `copied from ${source}, a backup of ${at}`);
  await network.up();
}

/** Halts every process: services first, then what they need. */
async function whileHalted(network: NativeNetwork, copyRest: () => Promise<void>): Promise<BackupMoment> {
  const state = await network.state();
  const plan = network.plan(state);
  const order = [...network.programs(state), ...plan.chaincodeHosts, ...plan.peers, ...plan.orderers];
  const rank = new Map(order.map(({ id }, i) => [id, i]));
  const running = (await network.status())
    .filter((entry) => entry.running)
    .sort((a, b) => (rank.get(a.name) ?? -1) - (rank.get(b.name) ?? -1));
  await using halt = await Halt.of(running.map(({ pid }) => pid));
  const at = new Date();
  await copyRest();
  await halt[Symbol.asyncDispose]();
  const haltedMs = Math.round(halt.haltedMs);
  network.progress('backup', `all were halted for ${haltedMs} ms`);
  return { at, haltedMs };
}

/** What belongs to the processes that run now, and configuration that `up` makes of what is kept. */
function isMadeByUp(path: string): boolean {
  const [top = '', id, entry, builds] = path.split(sep);
  switch (top) {
    case 'logs':
    case 'pids':
    case 'ccaas-builder':
    case 'connection.json':
    case 'ca.pem':
      return true;
    case 'nodes':
      // Of a process's folder only what it keeps, without what the peer's builder made of its configuration.
      return id !== undefined && entry !== undefined && (!KEPT.has(entry) || builds === BUILDS);
    case 'organizations':
      return path.split(sep).length === NODE_FILE_DEPTH && REWRITTEN.has(basename(path));
    default:
      return false;
  }
}
const KEPT: ReadonlySet<string> = new Set(['ledger', 'store']);
const BUILDS = 'externalbuilder';
/** organizations/MSPID/nodes/ID/FILE */
const NODE_FILE_DEPTH = 5;
const REWRITTEN: ReadonlySet<string> = new Set(['config.json', 'connection.json', 'ca.pem', 'passphrase']);

async function requireEmpty(folder: string, advice: string): Promise<void> {
  const entries = await readdir(folder).catch(() => []);
  if (entries.length > 0) throw new RunnerError('NOT_EMPTY', `${folder} is not empty: ${advice}`);
}
