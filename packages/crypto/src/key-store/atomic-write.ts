import { open, readdir, rename, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { basename, dirname, join } from 'node:path';

/**
 * Replaces a file so that after a crash either the old or the new content is there, whole: a temporary file in the
 * same folder, its fsync, rename, the folder's fsync. Readable by the owner only.
 */
export async function writeFileAtomically(path: string, parts: AsyncIterable<Uint8Array>): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(parts);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(path);
}

/** Removes the temporary files of writes of this file that a crash ended. No write of it may be under way. */
export async function removeUnfinishedWrites(path: string): Promise<void> {
  const names = await readdir(dirname(path));
  const left = names.filter((name) => name.startsWith(`${basename(path)}.`) && name.endsWith('.tmp'));
  if (left.length === 0) return;
  await Promise.all(left.map((name) => rm(join(dirname(path), name), { force: true })));
  await syncFolder(path);
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
