import { constants, type BigIntStats } from 'node:fs';
import { copyFile, lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * File systems stamp changes by a clock that ticks every few milliseconds: a file that was changed this shortly before
 * it was looked at may have changed again under the same stamp.
 */
const STAMP_TICK_NS = 1_000_000_000n;

/** What one pass did. */
export interface CopyPass {
  readonly files: number;
  readonly bytes: number;
}

interface Entry {
  readonly path: string;
  readonly stat: BigIntStats;
}

/**
 * A copy of a folder, made in passes. The first copies everything while its owners write on; each later one only what
 * has changed since. A last pass while they are halted makes it a copy of that one moment, and is short.
 */
export class TreeCopy {
  /** By relative path: what a file was when it was copied. Absent where that cannot be told. */
  readonly #copied = new Map<string, string>();
  readonly #there = new Set<string>();

  readonly #source: string;
  readonly #target: string;
  readonly #leavesOut: (path: string) => boolean;

  /** `leavesOut` is asked of every path, relative to `source`; what is below one that it leaves out is out too. */
  constructor(source: string, target: string, leavesOut: (path: string) => boolean = () => false) {
    this.#source = source;
    this.#target = target;
    this.#leavesOut = leavesOut;
  }

  /** Brings the copy to what the folder is now. What vanishes meanwhile is taken for never there. */
  async pass(): Promise<CopyPass> {
    let files = 0;
    let bytes = 0;
    const seen = new Set<string>();
    await mkdir(this.#target, { recursive: true, mode: 0o700 });
    for await (const { path, stat } of this.#walk('')) {
      seen.add(path);
      if (stat.isDirectory()) {
        await mkdir(join(this.#target, path), { recursive: true, mode: Number(stat.mode & 0o777n) });
      } else if (await this.#copy(path, stat)) {
        files += 1;
        bytes += Number(stat.size);
      }
    }
    for (const path of this.#there.difference(seen)) {
      await rm(join(this.#target, path), { recursive: true, force: true });
      this.#copied.delete(path);
      this.#there.delete(path);
    }
    for (const path of seen) this.#there.add(path);
    return { files, bytes };
  }

  /** Parents before what is in them. Sockets and links are nothing that a store keeps. */
  async *#walk(folder: string): AsyncGenerator<Entry> {
    const names = await unlessGone(readdir(join(this.#source, folder)));
    for (const name of (names ?? []).sort()) {
      const path = join(folder, name);
      if (this.#leavesOut(path)) continue;
      const stat = await unlessGone(lstat(join(this.#source, path), { bigint: true }));
      if (!stat?.isFile() && !stat?.isDirectory()) continue;
      yield { path, stat };
      if (stat.isDirectory()) yield* this.#walk(path);
    }
  }

  /** Whether there was something to copy. */
  async #copy(path: string, stat: BigIntStats): Promise<boolean> {
    const lookedAtNs = BigInt(Date.now()) * 1_000_000n;
    const stamp = [stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(' ');
    if (this.#copied.get(path) === stamp) return false;
    // Where the file system can, a copy shares its blocks with the original: halted owners wait for an instant.
    const flags = constants.COPYFILE_FICLONE;
    await unlessGone(copyFile(join(this.#source, path), join(this.#target, path), flags));
    if (lookedAtNs - stat.ctimeNs > STAMP_TICK_NS) this.#copied.set(path, stamp);
    else this.#copied.delete(path);
    return true;
  }
}

async function unlessGone<T>(action: Promise<T>): Promise<T | undefined> {
  try {
    return await action;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
