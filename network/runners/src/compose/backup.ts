import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Progress } from '@careledger/network-admin';
import { takeBackup, type BackupMoment } from '../backup/take-backup.js';
import { TreeCopy } from '../backup/tree-copy.js';
import type { Host } from './host.js';
import type { ComposeLayout } from './layout.js';

/**
 * Copies both volumes as they are at one moment, while everything runs but for that moment: the host halts all
 * containers for the last pass. Nothing that was sent by then is in one container's copy without being in its sender's.
 * @returns how long the containers were halted, in ms
 */
export async function stageBackup(layout: ComposeLayout, host: Host, progress: Progress): Promise<number> {
  const staging = layout.backupStaging;
  await rm(staging, { recursive: true, force: true });
  const { haltedMs } = await takeBackup({
    folder: staging,
    copies: [
      new TreeCopy(layout.root, join(staging, 'network')),
      new TreeCopy(layout.dataRoot, join(staging, 'data'), (path) => path.startsWith('.')),
    ],
    whileHalted: (copyRest) => whileHalted(host, copyRest),
    progress,
  });
  return haltedMs;
}

async function whileHalted(host: Host, copyRest: () => Promise<void>): Promise<BackupMoment> {
  await host.say('copied');
  await host.hear('halting');
  const haltedAt = performance.now();
  await host.hear('halted');
  const at = new Date();
  await copyRest();
  await host.say('taken');
  await host.hear('resumed');
  return { at, haltedMs: performance.now() - haltedAt };
}
