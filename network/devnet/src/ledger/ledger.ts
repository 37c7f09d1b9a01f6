import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Block } from '../block/block.js';
import { blockToProto } from '../block/block.js';
import { BlockFile } from '../block/block-file.js';
import type { ParsedTransaction } from '../block/parsed-transaction.js';
import { parseTransaction } from '../block/parsed-transaction.js';
import type { BlockRecord, PrivateData } from '../block/record.js';
import { decodeRecord, encodeRecord } from '../block/record.js';
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
  decodePlace,
  transactionKey,
} from '../state/keys.js';
import type { TransactionPlace } from '../state/keys.js';
import { Codes } from '../validate/codes.js';
import { Updates } from '../validate/updates.js';
import { expiryOperations } from './expiry.js';
import type { BlocksToLive } from './expiry.js';
import { historyOperations, placeOperations, stateOperations } from './index-operations.js';
import { decodeSavepoint, encodeSavepoint } from './savepoint.js';

const NO_HASH = Buffer.alloc(0);

/** A block with its transactions taken apart, ready to be committed. */
export interface CommittableBlock extends BlockRecord {
  readonly transactions: readonly ParsedTransaction[];
  readonly updates: Updates;
}

/**
 * One channel's ledger: the block file, and the index made from it. A block is durable when {@link commit}
 * resolves; the index follows it and is mended from the file at the next start if a crash comes between.
 */
export class Ledger {
  #height = 0;
  #lastHash: Buffer = NO_HASH;
  #previousHash: Buffer = NO_HASH;
  /** The newest block: what every listener asks for as soon as it is there. */
  #newest: BlockRecord | undefined;

  private constructor(
    private readonly file: BlockFile,
    readonly index: IndexStore,
    private readonly lives: BlocksToLive,
  ) {}

  /**
   * Opens a ledger and brings its index up to date.
   * @param genesis block 0, asked for when the ledger is new
   * @param lives how long private data lives
   * @throws DevnetError LEDGER_CORRUPT
   */
  static async open(
    folder: string,
    genesis: () => Promise<Block>,
    lives: BlocksToLive,
    log: Log,
  ): Promise<Ledger> {
    await mkdir(folder, { recursive: true });
    await using stack = new AsyncDisposableStack();
    const file = await BlockFile.open(join(folder, 'blocks'));
    stack.defer(() => file.close());
    const ledger = new Ledger(file, await Ledger.#openIndex(file, join(folder, 'index'), log), lives);
    stack.defer(() => ledger.index.close());
    await ledger.#replay(log);
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
    const offset = await this.file.append(encodeRecord(committable));
    await this.#indexBlock(committable, offset);
  }

  /** The state as of now. */
  snapshot(): StateSnapshot {
    return this.index.snapshot();
  }

  /** Where a transaction is, or undefined when it has not been committed. */
  findTransaction(txId: string): TransactionPlace | undefined {
    const bytes = this.index.getRaw(transactionKey(txId));
    return bytes && decodePlace(bytes);
  }

  /** A block and its private data by number, or undefined beyond the height. */
  async record(number: number): Promise<BlockRecord | undefined> {
    if (number === this.#newest?.block.number) return this.#newest;
    const offset = this.index.getRaw(blockKey(number));
    return offset && decodeRecord(await this.file.read(decodeNumber(offset)));
  }

  async block(number: number): Promise<Block | undefined> {
    return (await this.record(number))?.block;
  }

  /** Number of the block with this header hash. */
  findBlock(hash: Buffer): number | undefined {
    const bytes = this.index.getRaw(blockHashKey(hash));
    return bytes && decodeNumber(bytes);
  }

  async close(): Promise<void> {
    await this.index.close();
    await this.file.close();
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
    for await (const framed of this.file.records(end)) {
      const record = decodeRecord(framed.record);
      const { block } = record;
      if (block.number !== this.#height || !block.previousHash.equals(this.#lastHash)) {
        throw new DevnetError(
          'LEDGER_CORRUPT',
          `${this.file.path}: block ${block.number} at byte ${framed.offset} does not follow block ${this.#height - 1}`,
        );
      }
      const transactions = block.envelopes.map(parseTransaction);
      const updates = updatesOf(record, transactions, new Updates(this.index));
      await this.#indexBlock({ ...record, transactions, updates }, framed.offset, framed.end);
      end = framed.end;
    }
    if (end < this.file.end) {
      const bytes = await this.file.cutTail(end);
      log.warn(
        { file: this.file.path, bytes, height: this.#height },
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

  async #indexBlock(committable: CommittableBlock, offset: number, end = this.file.end): Promise<void> {
    const { block, transactions, updates } = committable;
    const isKnown = (txId: string): boolean => this.findTransaction(txId) !== undefined;
    const savepoint = { height: block.number + 1, end, lastHash: block.hash.toString('hex') };
    await this.index.write([
      ...stateOperations(updates),
      ...(await expiryOperations(block.number, updates, this.index, this.lives)),
      ...placeOperations(block, transactions, offset, isKnown),
      ...historyOperations(block, transactions),
      { type: 'put', key: SAVEPOINT_KEY, value: encodeSavepoint(savepoint) },
    ]);
    this.#newest = committable;
    this.#advance(block);
  }
}

/** Whether the last block that the index knows is the one the file has in its place. */
async function indexMatches(index: IndexStore, file: BlockFile): Promise<boolean> {
  const bytes = index.getRaw(SAVEPOINT_KEY);
  if (!bytes) return true;
  const savepoint = decodeSavepoint(bytes);
  const offset = index.getRaw(blockKey(savepoint.height - 1));
  const framed = offset && (await file.tryRead(decodeNumber(offset)));
  if (!framed || framed.end !== savepoint.end) return false;
  return decodeRecord(framed.record).block.hash.toString('hex') === savepoint.lastHash;
}

/** The state changes of a block whose validation codes are known. */
export function updatesOf(
  { block, privateData }: { block: Block; privateData: PrivateData },
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
