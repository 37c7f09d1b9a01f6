import { makeBlock } from '../block/block.js';
import type { ParsedTransaction } from '../block/parsed-transaction.js';
import { parseTransaction } from '../block/parsed-transaction.js';
import type { Channel } from '../channel/channel.js';
import { MAX_PENDING_ENVELOPES, PREFERRED_BLOCK_BYTES, TRANSIENT_RETENTION_BLOCKS } from '../limits.js';
import type { Log } from '../log.js';
import { validateBlock } from '../validate/block-validator.js';
import { BroadcastRefusal, admitEnvelope } from './admission.js';

/** How blocks are cut. */
export interface BatchSettings {
  /** How long the first transaction of a block waits for others. */
  readonly batchTimeoutMs: number;
  readonly maxMessages: number;
}

interface Pending {
  readonly transaction: ParsedTransaction;
  readonly arrivedMs: number;
}

/**
 * Orders a channel's transactions into blocks and commits them: in one process these are one loop. While a block
 * is being written, what arrives waits for the next, so that one fdatasync serves all of it.
 */
export class Orderer {
  readonly #pending: Pending[] = [];
  #loop: Promise<void> | undefined;
  #failure: unknown;
  #closed = false;
  readonly #channel: Channel;
  readonly #settings: BatchSettings;
  readonly #log: Log;

  constructor(channel: Channel, settings: BatchSettings, log: Log) {
    this.#channel = channel;
    this.#settings = settings;
    this.#log = log;
  }

  /** Takes an envelope, as an orderer's broadcast does. @throws BroadcastRefusal */
  submit(envelope: Buffer): void {
    const transaction = parseTransaction(envelope);
    admitEnvelope(transaction, this.#channel);
    if (this.#closed || this.#failure !== undefined) {
      throw new BroadcastRefusal('SERVICE_UNAVAILABLE', 'the ordering service is not available');
    }
    if (this.#pending.length >= MAX_PENDING_ENVELOPES) {
      throw new BroadcastRefusal('SERVICE_UNAVAILABLE', 'too many transactions are waiting to be ordered');
    }
    this.#pending.push({
      transaction: { ...transaction, signatureVerified: true },
      arrivedMs: performance.now(),
    });
    this.#loop ??= this.#run();
  }

  /** Commits what has been accepted, and takes no more. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#loop;
  }

  async #run(): Promise<void> {
    try {
      while (this.#pending.length > 0) {
        await this.#gather();
        await this.#commit(this.#cut());
      }
    } catch (error) {
      // A block that cannot be written (disk full, say) must not be skipped: nothing is taken any more.
      this.#failure = error;
      this.#log.error({ err: error, channel: this.#channel.name }, 'cannot commit: ordering has stopped');
    } finally {
      this.#loop = undefined;
    }
  }

  async #gather(): Promise<void> {
    const [first] = this.#pending;
    if (!first || this.#closed || this.#pending.length >= this.#settings.maxMessages) return;
    const waitMs = first.arrivedMs + this.#settings.batchTimeoutMs - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
  }

  #cut(): ParsedTransaction[] {
    let bytes = 0;
    let count = 0;
    for (const { transaction } of this.#pending) {
      bytes += transaction.envelope.length;
      if (count > 0 && bytes > PREFERRED_BLOCK_BYTES) break;
      count += 1;
      if (count === this.#settings.maxMessages) break;
    }
    return this.#pending.splice(0, count).map((each) => each.transaction);
  }

  async #commit(transactions: readonly ParsedTransaction[]): Promise<void> {
    const { ledger, transient, commits } = this.#channel;
    const number = ledger.height;
    const { codes, updates, privateData } = await validateBlock(number, transactions, this.#channel);
    const envelopes = transactions.map((each) => each.envelope);
    const block = makeBlock(number, ledger.lastHash, envelopes, codes);
    await ledger.commit({ block, privateData, transactions, updates });
    if (privateData.size > 0) await transient.forget(transactions.map((each) => each.txId));
    if (number % TRANSIENT_RETENTION_BLOCKS === 0) {
      await transient.forgetBefore(number - TRANSIENT_RETENTION_BLOCKS);
    }
    this.#log.debug(
      { channel: this.#channel.name, block: number, transactions: envelopes.length },
      'committed',
    );
    commits.notify();
  }
}
