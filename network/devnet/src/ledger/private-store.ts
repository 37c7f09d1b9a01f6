import { ClassicLevel } from 'classic-level';
import { hashOfKey } from '../rwset/builder.js';
import { decodePrivateSet, encodePrivateSet, encodePrivateWrites } from '../rwset/codec.js';
import type { DecodedPrivateWrites } from '../rwset/codec.js';
import type { PrivateData } from './record.js';

const BUFFERS = { keyEncoding: 'buffer', valueEncoding: 'buffer' } as const;
type Level = ClassicLevel<Buffer, Buffer>;
type Operation = { type: 'put'; key: Buffer; value: Buffer } | { type: 'del'; key: Buffer };

/** Private write sets, by block and transaction. */
const DATA = 'd';
/** Where a private key was written, by the hash of the key: a purge knows no more. */
const WRITTEN = 'w';
const POSITION_BYTES = 12;
const NOTHING = Buffer.alloc(0);

/** A transaction's position. */
interface Position {
  readonly block: number;
  readonly tx: number;
}

/** A collection of a chaincode. */
export interface CollectionName {
  readonly namespace: string;
  readonly collection: string;
}

function encodePosition({ block, tx }: Position): Buffer {
  const bytes = Buffer.allocUnsafe(POSITION_BYTES);
  bytes.writeBigUInt64BE(BigInt(block), 0);
  bytes.writeUInt32BE(tx, 8);
  return bytes;
}
function positionAtEnd(key: Buffer): Position {
  const at = key.length - POSITION_BYTES;
  return { block: Number(key.readBigUInt64BE(at)), tx: key.readUInt32BE(at + 8) };
}
const dataKey = (at: Position): Buffer => Buffer.concat([Buffer.from(DATA), encodePosition(at)]);
const writtenKey = ({ namespace, collection }: CollectionName, keyHash: string, at: Position): Buffer =>
  Buffer.concat([Buffer.from(`${WRITTEN}${namespace}\0${collection}\0${keyHash}`), encodePosition(at)]);

/**
 * A channel's private data, apart from the blocks, because it has to be possible to remove it: when it expires, and
 * when chaincode purges it.
 */
export class PrivateStore {
  readonly #level: Level;

  private constructor(level: Level) {
    this.#level = level;
  }

  static async open(folder: string): Promise<PrivateStore> {
    const level: Level = new ClassicLevel(folder, BUFFERS);
    await level.open();
    return new PrivateStore(level);
  }

  /** Keeps the private data of a block that is about to be written; resolves when it is on disk. */
  async put(block: number, privateData: PrivateData): Promise<void> {
    const operations = [...privateData].flatMap(([tx, bytes]): Operation[] => [
      { type: 'put', key: dataKey({ block, tx }), value: bytes },
      ...writtenKeys({ block, tx }, decodePrivateSet(bytes)).map((key): Operation => {
        return { type: 'put', key, value: NOTHING };
      }),
    ]);
    await this.#level.batch(operations, { sync: true });
  }

  /** What is left of a block's private data. */
  async get(block: number): Promise<PrivateData> {
    const found = new Map<number, Buffer>();
    const range = { gte: dataKey({ block, tx: 0 }), lt: dataKey({ block: block + 1, tx: 0 }) };
    for await (const [key, value] of this.#level.iterator(range)) found.set(positionAtEnd(key).tx, value);
    return found;
  }

  /** Forgets what blocks from this one on had: a crash came before they were written. */
  async dropFrom(block: number): Promise<void> {
    const operations: Operation[] = [];
    const range = { gte: dataKey({ block, tx: 0 }), lt: Buffer.from(WRITTEN) };
    for await (const [key, value] of this.#level.iterator(range)) {
      const written = writtenKeys(positionAtEnd(key), decodePrivateSet(value));
      operations.push(...[key, ...written].map((each): Operation => ({ type: 'del', key: each })));
    }
    if (operations.length > 0) await this.#level.batch(operations);
  }

  /** Removes what a block wrote to collections. */
  async expire(block: number, collections: readonly CollectionName[]): Promise<void> {
    const expires = (each: CollectionName): boolean => collections.some((other) => isSame(other, each));
    for (const [tx, bytes] of await this.get(block)) {
      const sets = decodePrivateSet(bytes);
      const kept = sets.filter((each) => !expires(each));
      if (kept.length === sets.length) continue;
      const key = dataKey({ block, tx });
      const gone = writtenKeys({ block, tx }, sets.filter(expires));
      await this.#level.batch([
        kept.length > 0 ? { type: 'put', key, value: encode(kept) } : { type: 'del', key },
        ...gone.map((each) => ({ type: 'del', key: each }) as const),
      ]);
    }
  }

  /** Removes what a key has been up to and including a position; the collections stay, without it, as on Fabric. */
  async purge(from: CollectionName, keyHash: string, upTo: Position): Promise<void> {
    const range = {
      gte: writtenKey(from, keyHash, { block: 0, tx: 0 }),
      lte: writtenKey(from, keyHash, upTo),
    };
    for await (const [written] of this.#level.iterator(range)) {
      const key = dataKey(positionAtEnd(written));
      const bytes = this.#level.getSync(key);
      const sets = decodePrivateSet(bytes ?? NOTHING).map((each) =>
        isSame(each, from) ? without(each, keyHash) : each,
      );
      await this.#level.batch([
        { type: 'put', key, value: encode(sets) },
        { type: 'del', key: written },
      ]);
    }
  }

  close(): Promise<void> {
    return this.#level.close();
  }
}

const isSame = (a: CollectionName, b: CollectionName): boolean =>
  a.namespace === b.namespace && a.collection === b.collection;

const writtenKeys = (at: Position, sets: readonly DecodedPrivateWrites[]): Buffer[] =>
  sets.flatMap((set) => set.writes.map(({ key }) => writtenKey(set, hashOfKey(key), at)));

function without(set: DecodedPrivateWrites, keyHash: string): DecodedPrivateWrites {
  const writes = set.writes.filter(({ key }) => hashOfKey(key) !== keyHash);
  return { ...set, writes, bytes: encodePrivateWrites(writes, set.metadataKeys) };
}

const encode = (sets: readonly DecodedPrivateWrites[]): Buffer =>
  encodePrivateSet(sets.map(({ namespace, collection, bytes }) => ({ namespace, collection, set: bytes })));
