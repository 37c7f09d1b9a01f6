import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { DevnetError } from '../errors.js';

/** Marks the start of a record, so that what follows a damaged one can be found. */
const MAGIC = Buffer.from('CLB1', 'latin1');
const HEADER_BYTES = 12;
const SEARCH_CHUNK_BYTES = 1024 * 1024;

/** A record that was read, and where the next one begins. */
export interface FramedRecord {
  readonly record: Buffer;
  readonly offset: number;
  readonly end: number;
}

/**
 * An append-only file of records, each with its length and CRC-32. It is the ledger's truth: everything else
 * can be made from it again. A record is durable when {@link append} resolves.
 */
export class BlockFile {
  #end: number;
  readonly #handle: FileHandle;

  private constructor(
    readonly path: string,
    handle: FileHandle,
    end: number,
  ) {
    this.#handle = handle;
    this.#end = end;
  }

  static async open(path: string): Promise<BlockFile> {
    const handle = await open(path, 'a+');
    const { size } = await handle.stat();
    // A new file is durable once its folder says that it is there.
    if (size === 0) await syncFolder(dirname(path));
    return new BlockFile(path, handle, size);
  }

  /** Where the next record will begin. */
  get end(): number {
    return this.#end;
  }

  /** Writes a record and waits until it is on disk. Returns where it begins. */
  async append(record: Buffer): Promise<number> {
    const header = Buffer.allocUnsafe(HEADER_BYTES);
    MAGIC.copy(header);
    header.writeUInt32BE(record.length, 4);
    header.writeUInt32BE(crc32(record), 8);
    const offset = this.#end;
    const { bytesWritten } = await this.#handle.writev([header, record]);
    if (bytesWritten !== HEADER_BYTES + record.length) {
      await this.#handle.truncate(offset);
      throw new Error(`${this.path}: wrote ${bytesWritten} of ${HEADER_BYTES + record.length} bytes`);
    }
    await this.#handle.datasync();
    this.#end = offset + bytesWritten;
    return offset;
  }

  /** The record at an offset, or undefined when there is no whole and undamaged one. */
  async tryRead(offset: number): Promise<FramedRecord | undefined> {
    const header = await this.#bytes(offset, HEADER_BYTES);
    if (header.length < HEADER_BYTES || !header.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
    const length = header.readUInt32BE(4);
    const end = offset + HEADER_BYTES + length;
    if (end > this.#end) return undefined;
    const record = await this.#bytes(offset + HEADER_BYTES, length);
    if (record.length < length || crc32(record) !== header.readUInt32BE(8)) return undefined;
    return { record, offset, end };
  }

  /** The record at an offset. @throws DevnetError LEDGER_CORRUPT */
  async read(offset: number): Promise<Buffer> {
    const framed = await this.tryRead(offset);
    if (!framed) {
      throw new DevnetError('LEDGER_CORRUPT', `${this.path}: the record at byte ${offset} is damaged`);
    }
    return framed.record;
  }

  /** The records from an offset on, up to the first that is not whole. */
  async *records(from: number): AsyncGenerator<FramedRecord> {
    for (let offset = from; offset < this.#end;) {
      const framed = await this.tryRead(offset);
      if (!framed) return;
      yield framed;
      offset = framed.end;
    }
  }

  /**
   * Cuts off a record that a crash left unfinished. Damage with a whole record after it is no unfinished
   * write, and cutting would lose acknowledged blocks: that is refused.
   * @returns how many bytes were cut
   * @throws DevnetError LEDGER_CORRUPT
   */
  async cutTail(offset: number): Promise<number> {
    const whole = await this.#findRecord(offset + 1);
    if (whole !== undefined) {
      throw new DevnetError(
        'LEDGER_CORRUPT',
        `${this.path}: the record at byte ${offset} is damaged but a whole one follows at byte ${whole}; ` +
          'restore the file from a backup, or remove the folder to begin a new ledger',
      );
    }
    const cut = this.#end - offset;
    await this.#handle.truncate(offset);
    await this.#handle.datasync();
    this.#end = offset;
    return cut;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  async #findRecord(from: number): Promise<number | undefined> {
    for (let start = from; start < this.#end; start += SEARCH_CHUNK_BYTES) {
      const chunk = await this.#bytes(start, SEARCH_CHUNK_BYTES + MAGIC.length - 1);
      for (let at = chunk.indexOf(MAGIC); at >= 0; at = chunk.indexOf(MAGIC, at + 1)) {
        if (await this.tryRead(start + at)) return start + at;
      }
    }
    return undefined;
  }

  async #bytes(offset: number, length: number): Promise<Buffer> {
    const wanted = Math.max(0, Math.min(length, this.#end - offset));
    const bytes = Buffer.allocUnsafe(wanted);
    const { bytesRead } = await this.#handle.read(bytes, 0, wanted, offset);
    return bytes.subarray(0, bytesRead);
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
