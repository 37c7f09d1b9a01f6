import { constants } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writePublic } from '@careledger/network-admin';
import { RunnerError } from '../errors.js';
import type { NativeNetwork } from '../native/native-network.js';

/** Name of the file that makes a folder a complete backup: it is written last. */
const MANIFEST = 'backup.json';

/** Parts of a network's folder that a backup leaves out: they belong to the processes that run now. */
const TRANSIENT = new Set(['logs', 'pids', 'ccaas-builder', 'nodes']);

/**
 * Copies a running network into an empty folder: identities and keys, genesis blocks, ledgers. Each node is halted
 * while its ledger is copied, one after the other, peers before orderers: no peer's copy is ahead of the orderers',
 * and each copy is what a crash at that moment would have left, from which Fabric recovers by design.
 */
export async function backup(network: NativeNetwork, destination: string): Promise<void> {
  const state = await network.state();
  const plan = network.plan(state);
  const target = resolve(destination);
  if ((await readdir(target).catch(() => [])).length > 0) {
    throw new RunnerError('NOT_EMPTY', `${target} is not empty: name a new folder`);
  }
  const partial = `${target}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true, mode: 0o700 });
  for (const entry of await readdir(network.layout.root)) {
    if (!TRANSIENT.has(entry)) await copy(join(network.layout.root, entry), join(partial, entry));
  }
  for (const { id } of [...plan.peers, ...plan.orderers]) {
    const halted = await network.processes.signal(id, 'SIGSTOP');
    try {
      await copy(network.layout.ledger(id), join(partial, 'nodes', id, 'ledger'));
    } finally {
      if (halted) await network.processes.signal(id, 'SIGCONT');
    }
    network.progress('backup', `${id} copied`);
  }
  await writePublic(
    join(partial, MANIFEST),
    JSON.stringify({ version: 1, profile: state.profile, at: new Date() }),
  );
  await rm(target, { recursive: true, force: true });
  await rename(partial, target);
}

/** Puts a backup in the place of a network and brings it up. Refuses where there is a network already. */
export async function restore(network: NativeNetwork, source: string): Promise<void> {
  const { root } = network.layout;
  if (!(await readFile(join(source, MANIFEST)).catch(() => undefined))) {
    throw new RunnerError('NOT_SET_UP', `${source} is no complete backup: it has no ${MANIFEST}`);
  }
  if ((await readdir(root).catch(() => [])).length > 0) {
    throw new RunnerError(
      'NOT_EMPTY',
      `${root} is not empty: remove that network first, or name another folder with --dir`,
    );
  }
  await copy(resolve(source), root);
  await rm(join(root, MANIFEST));
  network.progress('restore', `copied from ${source}`);
  await network.up();
}

/** Where the file system can, a copy shares its blocks with the original, so that a node is halted for an instant. */
async function copy(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, mode: constants.COPYFILE_FICLONE, preserveTimestamps: true });
}
