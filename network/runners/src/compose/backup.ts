import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Progress } from '@careledger/network-admin';
import { seal } from '../backup/manifest.js';
import { passUntilShort } from '../backup/passes.js';
import { TreeCopy, type CopyPass } from '../backup/tree-copy.js';
import type { Host } from './host.js';
import type { ComposeLayout } from './layout.js';

/**
 * Copies both volumes as they are at one moment, while everything runs but for that moment: the host halts all
 * containers for the last pass. Nothing that was sent by then is in one container's copy without being in its sender's.
 *
 * One moment, because each part's truth is in the other: a gateway's store that is older than the anchors on the ledger
 * would fork its chain; a ledger that is older than a store would lack what the store takes for committed.
 * @returns how long the containers were halted, in ms
 */
export async function stageBackup(layout: ComposeLayout, host: Host, progress: Progress): Promise<number> {
  const staging = layout.backupStaging;
  await rm(staging, { recursive: true, force: true });
  const network = new TreeCopy(layout.root, join(staging, 'network'));
  const data = new TreeCopy(layout.dataRoot, join(staging, 'data'), (path) => path.startsWith('.'));
  const pass = async (): Promise<CopyPass> => {
    const [first, second] = [await network.pass(), await data.pass()];
    const both = { files: first.files + second.files, bytes: first.bytes + second.bytes };
    progress('copy', `${both.files} files, ${both.bytes} bytes`);
    return both;
  };
  await passUntilShort(pass);

  await host.say('copied');
  await host.hear('halting');
  const haltedAt = performance.now();
  await host.hear('halted');
  const moment = new Date();
  await pass();
  await host.say('taken');
  await host.hear('resumed');
  const haltedMs = performance.now() - haltedAt;

  await seal(staging, moment);
  return haltedMs;
}
