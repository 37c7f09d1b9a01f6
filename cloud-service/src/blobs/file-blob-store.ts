import { randomUUID } from 'node:crypto';
import { constants, rmSync } from 'node:fs';
import { access, mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sha256, toBase64url } from '@careledger/crypto';
import { BlobError, type BlobStore } from './blob-store.js';

/** Leading characters of the hash that name the folder, so that no folder grows large. */
const FOLDER_CHARS = 2;

/** Blobs as files under `root/xx/HASH`, written beside and renamed, synced before they count. */
export class FileBlobStore implements BlobStore {
  /** Folders that are there, on disk. */
  readonly #folders = new Set<string>();

  constructor(readonly root: string) {}

  async put(hash: string, bytes: Uint8Array): Promise<void> {
    const path = this.#pathOf(hash);
    const folder = dirname(path);
    if (await exists(path)) return;
    await this.#make(folder);
    const temporary = join(folder, `.${randomUUID()}`);
    await using file = await open(temporary, 'wx');
    await file.writeFile(bytes);
    await file.sync();
    await rename(temporary, path);
    await syncFolder(folder);
  }

  async get(hash: string): Promise<Uint8Array> {
    let bytes: Uint8Array;
    try {
      bytes = await readFile(this.#pathOf(hash));
    } catch (cause) {
      throw new BlobError('BLOB_MISSING', `Blob ${hash} is not here: restore it from a backup`, { cause });
    }
    if (toBase64url(sha256(bytes)) !== hash)
      throw new BlobError('BLOB_DAMAGED', `Blob ${hash} is not what was stored: restore it from a backup`);
    return bytes;
  }

  has(hash: string): Promise<boolean> {
    return exists(this.#pathOf(hash));
  }

  removeNow(hash: string): void {
    rmSync(this.#pathOf(hash), { force: true });
  }

  async #make(folder: string): Promise<void> {
    if (this.#folders.has(folder)) return;
    await mkdir(folder, { recursive: true });
    await syncFolder(this.root);
    this.#folders.add(folder);
  }

  #pathOf(hash: string): string {
    return join(this.root, hash.slice(0, FOLDER_CHARS), hash);
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path, constants.F_OK);
    return true;
  } catch {
    return false; // not there, or not readable: the write that follows says why
  }
}

/** A rename is durable once its folder is synced. */
async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, 'r');
  await handle.sync();
}
