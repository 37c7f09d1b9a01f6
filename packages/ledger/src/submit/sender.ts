import type { Gateway, Status } from '@hyperledger/fabric-gateway';
import { jitteredDelayMs, pause } from '../delay.js';
import type { LedgerCounters, ReplayedStep } from '../counters.js';
import { LedgerError } from '../error.js';
import { commitStatus } from '../fabric/commit-status.js';
import type { PeerRoute } from '../fabric/peer-route.js';
import {
  isDuplicateStatus,
  translateStatus,
  translateStatusFailure,
  translateSubmit,
} from '../fabric/translate.js';
import { RESEND_MAX_DELAY_MS, RESEND_MIN_DELAY_MS } from '../limits.js';
import type { JournalEntry, TransactionJournal } from '../ports.js';
import { within, type LedgerTimeouts } from '../timeouts.js';

/** A transaction that is VALID in a block. */
export interface Committed {
  readonly transactionId: string;
  readonly blockNumber: bigint;
}

/** Why the outcome of a sending is not known, or its final refusal. */
interface Failed {
  readonly step: ReplayedStep;
  readonly error: LedgerError;
}

/**
 * Sends journalled transactions until their status is known. A submit error or a status deadline says
 * nothing about the outcome, so the same bytes go again: if they had been committed the peer answers
 * with their first status, whether or not the orderers take them once more; if they were lost they
 * commit now.
 */
export class Sender {
  readonly #journal: TransactionJournal;
  readonly #timeouts: LedgerTimeouts;
  readonly #inFlight = new Set<string>();

  readonly #closing: AbortSignal;
  readonly #counters: LedgerCounters;

  constructor(
    journal: TransactionJournal,
    timeouts: LedgerTimeouts,
    closing: AbortSignal,
    counters: LedgerCounters,
  ) {
    this.#journal = journal;
    this.#timeouts = timeouts;
    this.#closing = closing;
    this.#counters = counters;
  }

  /** Makes the entry durable, then sends it. */
  async send(route: PeerRoute, entry: JournalEntry): Promise<Committed> {
    this.#inFlight.add(entry.transactionId);
    try {
      await this.#journal.put(entry);
      return await this.#untilKnown(route, entry, this.#timeouts.resendWindowMs, false);
    } finally {
      this.#inFlight.delete(entry.transactionId);
    }
  }

  /** Sends again, once, what an earlier run or an earlier COMMIT_UNKNOWN left behind. */
  async sendAgain(route: PeerRoute, entry: JournalEntry): Promise<Committed> {
    this.#inFlight.add(entry.transactionId);
    try {
      return await this.#untilKnown(route, entry, 0, true);
    } finally {
      this.#inFlight.delete(entry.transactionId);
    }
  }

  isInFlight(transactionId: string): boolean {
    return this.#inFlight.has(transactionId);
  }

  async #untilKnown(
    route: PeerRoute,
    entry: JournalEntry,
    windowMs: number,
    sentBefore: boolean,
  ): Promise<Committed> {
    let mayBeOrdered = sentBefore;
    let last: LedgerError | undefined;
    const giveUpAt = Date.now() + windowMs;
    for (let sending = 1; ; sending += 1) {
      const outcome = await this.#sendOnce(route, entry, mayBeOrdered);
      if (!('error' in outcome)) return this.#settle(entry, outcome);
      last = outcome.error;
      if (last.code === 'COMMIT_UNKNOWN') {
        mayBeOrdered = true;
      } else if (!mayBeOrdered) {
        // A final no to the first sending: it is nowhere.
        await this.#journal.remove(entry.transactionId);
        throw last;
      }
      const delayMs = jitteredDelayMs(sending, RESEND_MIN_DELAY_MS, RESEND_MAX_DELAY_MS);
      if (Date.now() + delayMs > giveUpAt) break;
      await pause(delayMs, this.#closing);
      if (this.#closing.aborted) break;
      this.#counters.replayed(outcome.step);
    }
    throw new LedgerError(
      'COMMIT_UNKNOWN',
      `${entry.label}: outcome unknown; resume() sends the same bytes again`,
      {
        cause: last,
        transactionId: entry.transactionId,
        grpcCode: last?.grpcCode,
        endpoints: last?.endpoints,
      },
    );
  }

  async #settle(entry: JournalEntry, outcome: Status): Promise<Committed> {
    await this.#journal.remove(entry.transactionId);
    if (!outcome.successful) throw translateStatus(entry.label, outcome);
    return { transactionId: entry.transactionId, blockNumber: outcome.blockNumber };
  }

  async #sendOnce(route: PeerRoute, entry: JournalEntry, mayBeOrdered: boolean): Promise<Status | Failed> {
    const { label, transactionId, bytes } = entry;
    const { gateway } = route;
    try {
      await gateway.newTransaction(bytes).submit(within(this.#timeouts.submitMs));
    } catch (cause) {
      const error = translateSubmit(label, cause, transactionId);
      if (!mayBeOrdered && error.code !== 'COMMIT_UNKNOWN') return { step: 'submit', error };
      // BFT orderers refuse what they have ordered before, and this reads like an outage: the peer knows which it is.
      const outcome = await this.#statusOf(gateway, entry, this.#timeouts.knownStatusMs);
      return 'error' in outcome ? { step: 'submit', error } : outcome;
    }
    return this.#statusOf(gateway, entry, this.#timeouts.commitStatusMs);
  }

  async #statusOf(gateway: Gateway, entry: JournalEntry, timeoutMs: number): Promise<Status | Failed> {
    const { channel, label, transactionId } = entry;
    try {
      const outcome = await commitStatus(gateway, channel, transactionId, timeoutMs);
      if (!isDuplicateStatus(outcome)) return outcome;
      const message = `${label}: only a second copy was seen`;
      return { step: 'status', error: new LedgerError('COMMIT_UNKNOWN', message, { transactionId }) };
    } catch (error) {
      return { step: 'status', error: translateStatusFailure(label, error, transactionId) };
    }
  }
}
