import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Keys are for their owner alone. */
const SECRET_MODE = 0o600;
const PUBLIC_MODE = 0o644;

export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}

export async function readIfThere(path: string): Promise<string | undefined> {
  return (await exists(path)) ? readFile(path, 'utf8') : undefined;
}

async function write(path: string, data: string | Uint8Array, mode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  // A reader, or the next run after a crash, finds the old file or the new one, never half of one.
  const partial = `${path}.partial`;
  await writeFile(partial, data, { mode });
  await rename(partial, path);
}

export async function writePublic(path: string, data: string | Uint8Array): Promise<void> {
  await write(path, data, PUBLIC_MODE);
}

export async function writeSecret(path: string, data: string | Uint8Array): Promise<void> {
  await write(path, data, SECRET_MODE);
}

/** Whether something thrown is a system error of this code. Not by class: another realm has other classes. */
function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
