import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Progress } from '@careledger/network-admin';
import { verify } from '../backup/manifest.js';
import { TreeCopy } from '../backup/tree-copy.js';
import { ComposeError } from './errors.js';
import type { ComposeLayout } from './layout.js';

/**
 * Fills two empty volumes with a backup that is what it says.
 * @param unpack fills a folder with the backup
 * @throws ComposeError `NOT_EMPTY`, RunnerError `BACKUP_INCOMPLETE` or `BACKUP_DAMAGED`
 */
export async function restore(
  layout: ComposeLayout,
  unpack: (folder: string) => Promise<void>,
  progress: Progress,
): Promise<void> {
  for (const root of [layout.root, layout.dataRoot]) {
    if ((await readdir(root).catch(() => [])).length > 0) {
      throw new ComposeError('NOT_EMPTY', `${root} holds a network: remove it with "docker compose down -v"`);
    }
  }
  const staging = layout.restoreStaging;
  await mkdir(staging, { recursive: true, mode: 0o700 });
  await unpack(staging);
  const { at, files } = await verify(staging);
  progress('verify', `${Object.keys(files).length} files of ${at}`);

  const data = join(staging, 'data');
  for (const name of await readdir(data)) await rename(join(data, name), layout.data(name));
  await new TreeCopy(join(staging, 'network'), layout.root).pass();
  await rm(staging, { recursive: true });
}
