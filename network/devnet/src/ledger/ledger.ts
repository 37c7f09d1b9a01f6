import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Block } from '../block/block.js';
import { blockToProto } from '../block/block.js';
import { Codes } from '../block/codes.js';
import type { ParsedTransaction } from '../block/parsed-transaction.js';
import { parseTransaction } from '../block/parsed-transaction.js';
import { DevnetError } from '../errors.js';
import type { Log } from '../log.js';
import { decodePrivateSet } from '../rwset/codec.js';
import { IndexStore } from '../state/index-store.js';
import type { StateSnapshot } from '../state/index-store.js';
import {
  SAVEPOINT_KEY,
  blockHashKey,
  blockKey,
  decodeNumber,
  decodePosition,
  transactionKey,
} from '../state/keys.js';
import type { TransactionPosition } from '../state/keys.js';
import { Updates } from '../state/updates.js';
import { BlockFile } from './block-file.js';
import { expirePrivateData, expiryOperations } from './expiry.js';
import type { Lifetime } from './expiry.js';
import { historyOperations, positionOperations, stateOperations } from './index-operations.js';
import { PrivateStore } from './private-store.js';
import type { PrivateData } from './record.js';
import { decodeRecord, encodeRecord } from './record.js';
import { decodeSavepoint, encodeSavepoint } from './savepoint.js';

const NO_HASH = Buffer.alloc(0);

/** A block with its private data, its transactions taken apart, ready to be committed. */
export interface CommittableBlock {
  readonly block: Block;
  readonly privateData: PrivateData;
  readonly transactions: readonly ParsedTransaction[];
  readonly updates: Updates;
}

/**
 * One channel's ledger: the block file, the private data, and the index made from both. A block and its private data
 * are durable when {@link commit} resolves; the index follows and is repaired at the next start if a crash comes between.
 */
export class Ledger {
  #height = 0;
  #lastHash: Buffer = NO_HASH;
  #previousHash: Buffer = NO_HASH;
  /** The newest block: what every listener asks for as soon as it is there. */
  #newest: Block | undefined;
  readonly #file: BlockFile;
  readonly #privateStore: PrivateStore;
  readonly #lifetimes: readonly Lifetime[];

  private constructor(
    file: BlockFile,
    privateStore: PrivateStore,
    readonly index: IndexStore,
    lifetimes: readonly Lifetime[],
  ) {
    this.#file = file;
    this.#privateStore = privateStore;
    this.#lifetimes = lifetimes;
  }

  /**
   * Opens a ledger and brings its index up to date.
   * @param genesis block 0, asked for when the ledger is new
   * @param lifetimes of private data that expires
   * @throws DevnetError LEDGER_CORRUPT
   */
  static async open(
    folder: string,
    genesis: () => Promise<Block>,
    lifetimes: readonly Lifetime[],
    log: Log,
  ): Promise<Ledger> {
    await mkdir(folder, { recursive: true });
    await using stack = new AsyncDisposableStack();
    const file = await BlockFile.open(join(folder, 'blocks'));
    stack.defer(() => file.close());
    const privateStore = await PrivateStore.open(join(folder, 'private'));
    stack.defer(() => privateStore.close());
    const index = await Ledger.#openIndex(file, join(folder, 'index'), log);
    stack.defer(() => index.close());
    const ledger = new Ledger(file, privateStore, index, lifetimes);
    await ledger.#replay(log);
    await privateStore.dropFrom(ledger.height);
    if (ledger.height === 0) {
      const block = await genesis();
      const transactions = block.envelopes.map(parseTransaction);
      await ledger.commit({
        block,
        privateData: new Map(),
        transactions,
        updates: new Updates(ledger.index),
      });
    }
    stack.move();
    return ledger;
  }

  /** Opens the index, or begins a new one when it is not of this file. */
  static async #openIndex(file: BlockFile, folder: string, log: Log): Promise<IndexStore> {
    const index = await IndexStore.open(folder);
    if (await indexMatches(index, file)) return index;
    log.warn({ folder }, 'the index is ahead of the block file, or of another one: making it again');
    await index.close();
    await IndexStore.destroy(folder);
    return IndexStore.open(folder);
  }

  /** Number of blocks. */
  get height(): number {
    return this.#height;
  }

  /** Header hash of the last block. */
  get lastHash(): Buffer {
    return this.#lastHash;
  }

  /** Header hash of the block before the last. */
  get previousHash(): Buffer {
    return this.#previousHash;
  }

  /** Appends a block; resolves when it is on disk and its state can be read. */
  async commit(committable: CommittableBlock): Promise<void> {
    const { block, privateData } = committable;
    // First: a block without its private data could not be repaired, private data without its block is dropped.
    if (privateData.size > 0) await this.#privateStore.put(block.number, privateData);
    const offset = await this.#file.append(encodeRecord(block));
    await this.#indexBlock(committable, offset);
  }

  /** The state as of now. */
  snapshot(): StateSnapshot {
    return this.index.snapshot();
  }

  /** Where a transaction is, or undefined when it has not been committed. */
  findTransaction(txId: string): TransactionPosition | undefined {
    const bytes = this.index.getRaw(transactionKey(txId));
    return bytes && decodePosition(bytes);
  }

  /** A block by number, or undefined beyond the height. */
  async block(number: number): Promise<Block | undefined> {
    if (number === this.#newest?.number) return this.#newest;
    const offset = this.index.getRaw(blockKey(number));
    return offset && decodeRecord(await this.#file.read(decodeNumber(offset)));
  }

  /** What is left of the private data of a block. */
  privateData(number: number): Promise<PrivateData> {
    return this.#privateStore.get(number);
  }

  /** Number of the block with this header hash. */
  findBlock(hash: Buffer): number | undefined {
    const bytes = this.index.getRaw(blockHashKey(hash));
    return bytes && decodeNumber(bytes);
  }

  async close(): Promise<void> {
    await this.index.close();
    await this.#privateStore.close();
    await this.#file.close();
  }

  async #replay(log: Log): Promise<void> {
    const bytes = this.index.getRaw(SAVEPOINT_KEY);
    let end = 0;
    if (bytes) {
      const savepoint = decodeSavepoint(bytes);
      end = savepoint.end;
      const last = await this.block(savepoint.height - 1);
      this.#advance(last);
    }
    for await (const framed of this.#file.records(end)) {
      const block = decodeRecord(framed.record);
      if (block.number !== this.#height || !block.previousHash.equals(this.#lastHash)) {
        throw new DevnetError(
          'LEDGER_CORRUPT',
          `${this.#file.path}: block ${block.number} at byte ${framed.offset} does not follow block ${this.#height - 1}`,
        );
      }
      const transactions = block.envelopes.map(parseTransaction);
      const privateData = await this.#privateStore.get(block.number);
      const updates = updatesOf(block, privateData, transactions, new Updates(this.index));
      await this.#indexBlock({ block, privateData, transactions, updates }, framed.offset, framed.end);
      end = framed.end;
    }
    if (end < this.#file.end) {
      const bytes = await this.#file.cutTail(end);
      log.warn(
        { file: this.#file.path, bytes, height: this.#height },
        'cut off a block that a crash left unfinished',
      );
    }
  }

  #advance(block: Block | undefined): void {
    if (!block) return;
    this.#height = block.number + 1;
    this.#lastHash = block.hash;
    this.#previousHash = block.previousHash;
  }

  async #indexBlock(committable: CommittableBlock, offset: number, end = this.#file.end): Promise<void> {
    const { block, transactions, updates } = committable;
    const isKnown = (txId: string): boolean => this.findTransaction(txId) !== undefined;
    const savepoint = { height: block.number + 1, end, lastHash: block.hash.toString('hex') };
    await this.#removePrivateData(block, transactions);
    await this.index.write([
      ...stateOperations(updates),
      ...(await expiryOperations(block.number, updates, this.index, this.#lifetimes)),
      ...positionOperations(block, transactions, offset, isKnown),
      ...historyOperations(block, transactions),
      { type: 'put', key: SAVEPOINT_KEY, value: encodeSavepoint(savepoint) },
    ]);
    this.#newest = block;
    this.#advance(block);
  }

  /** Removes from earlier blocks, and this one, what expires with it and what it purges. */
  async #removePrivateData(block: Block, transactions: readonly ParsedTransaction[]): Promise<void> {
    await expirePrivateData(block.number, this.#privateStore, this.#lifetimes);
    for (const [tx, { rwSet = [] }] of transactions.entries()) {
      if (block.codes[tx] !== Codes.VALID) continue;
      for (const { namespace, collections } of rwSet)
        for (const { collection, writes } of collections)
          for (const { key } of writes.filter(({ isPurge }) => isPurge))
            await this.#privateStore.purge({ namespace, collection }, key, { block: block.number, tx });
    }
  }
}

/** Whether the last block that the index knows is the one the file has at that number. */
async function indexMatches(index: IndexStore, file: BlockFile): Promise<boolean> {
  const bytes = index.getRaw(SAVEPOINT_KEY);
  if (!bytes) return true;
  const savepoint = decodeSavepoint(bytes);
  const offset = index.getRaw(blockKey(savepoint.height - 1));
  const framed = offset && (await file.tryRead(decodeNumber(offset)));
  if (!framed || framed.end !== savepoint.end) return false;
  return decodeRecord(framed.record).hash.toString('hex') === savepoint.lastHash;
}

/** The state changes of a block whose validation codes are known. */
function updatesOf(
  block: Block,
  privateData: PrivateData,
  transactions: readonly ParsedTransaction[],
  updates: Updates,
): Updates {
  transactions.forEach(({ rwSet }, tx) => {
    if (block.codes[tx] !== Codes.VALID || !rwSet) return;
    const writes = privateData.get(tx);
    updates.apply(rwSet, writes ? decodePrivateSet(writes) : [], { block: block.number, tx });
  });
  return updates;
}

/** common.Block bytes. */
export function blockBytes(block: Block): Buffer {
  return Buffer.from(blockToProto(block).serializeBinary());
}
