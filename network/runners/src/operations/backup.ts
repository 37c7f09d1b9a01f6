import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { requireState } from '@careledger/network-admin';
import { MANIFEST_FILE, seal, verify } from '../backup/manifest.js';
import { passUntilShort } from '../backup/passes.js';
import { TreeCopy } from '../backup/tree-copy.js';
import { RunnerError } from '../errors.js';
import { Halt } from '../native/halt.js';
import type { NativeNetwork } from '../native/native-network.js';
import { checkPorts, listeners } from '../native/ports.js';

/** What a backup is of, and what it cost. */
export interface BackupReport {
  /** The moment that it is a copy of. */
  readonly at: Date;
  readonly files: number;
  readonly bytes: number;
  /** How long all processes were halted. */
  readonly haltedMs: number;
}

/**
 * Copies all of a running network into a new folder: identities and keys, genesis blocks, secrets, ledgers, and the
 * services' stores, keys and blobs, all as they were at one moment. It has to be one: a gateway's store that is older
 * than its anchors on the ledger would continue its patients' chains from behind them, which is a fork; a ledger that is
 * older than a store would lack what the store takes for committed. So everything is copied while it runs; then all
 * processes are halted, what has changed since is copied again, and they go on. What was in flight at that moment is
 * what a kill -9 leaves: services repeat it, with the same bytes.
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

  const copy = new TreeCopy(root, partial, isMadeAnew);
  await passUntilShort(async () => {
    const done = await copy.pass();
    network.progress('backup', `${done.files} files, ${done.bytes} bytes copied while everything runs`);
    return done;
  });
  const { at, haltedMs } = await copyHalted(network, copy);
  const { files } = await seal(partial, at);
  const paths = Object.keys(files);
  const sizes = await Promise.all(paths.map(async (path) => (await stat(join(partial, path))).size));
  await rm(target, { recursive: true, force: true });
  await rename(partial, target);
  return { at, files: paths.length, bytes: sizes.reduce((sum, size) => sum + size, 0), haltedMs };
}

/**
 * Puts a backup in the place of a network and brings it up, services too. Refuses where there is a network already,
 * a backup that is not as it was written, and ports that something else has.
 */
export async function restore(network: NativeNetwork, source: string): Promise<void> {
  const { root } = network.layout;
  const { at } = await verify(source);
  await requireEmpty(root, 'remove that network first, or name another folder with --dir');
  const state = await requireState(source);
  const planned = listeners(network.plan(state), network.services(state));
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

/** The last pass, with every process halted: services first, then what they need. */
async function copyHalted(
  network: NativeNetwork,
  copy: TreeCopy,
): Promise<Pick<BackupReport, 'at' | 'haltedMs'>> {
  const state = await network.state();
  const plan = network.plan(state);
  const order = [...network.services(state), ...plan.chaincodeHosts, ...plan.peers, ...plan.orderers];
  const rank = new Map(order.map(({ id }, i) => [id, i]));
  const running = (await network.status())
    .filter((entry) => entry.running)
    .sort((a, b) => (rank.get(a.name) ?? -1) - (rank.get(b.name) ?? -1));
  await using halt = await Halt.of(running.map(({ pid }) => pid));
  const at = new Date();
  const { files, bytes } = await copy.pass();
  await halt[Symbol.asyncDispose]();
  const haltedMs = Math.round(halt.haltedMs);
  network.progress('backup', `${files} files, ${bytes} bytes with all halted, for ${haltedMs} ms`);
  return { at, haltedMs };
}

/** What belongs to the processes that run now, and configuration that `up` makes of what is kept. */
function isMadeAnew(path: string): boolean {
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
