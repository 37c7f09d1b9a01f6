import { records, type StatementBody } from '@careledger/contracts';
import { NotYetError } from '@careledger/delivery';
import { LedgerError, submitWithRetry } from '@careledger/ledger';
import type { Logger } from '@careledger/service-kit';
import { readStatement } from '@careledger/statements';
import type { Issuer } from '../issuer.js';
import type { Channel } from '../ledger-port.js';
import { addTask, removeTask, type Outbox, type TaskHandler } from '../outbox/outbox.js';
import type { Store } from '../store/store.js';
import { dayOf, type ReadingLog } from './reading-log.js';

/** How long after its end a day is anchored: a clock that is set back a little adds no line later. */
export const DAY_GRACE_MS = 10 * 60_000;
/** In the place of a statement that the ledger refused since the day is not over. */
const UNSIGNED = '';
/** Days that are signed in one round. */
const ROUND_MAX_DAYS = 31;

export interface ReadingAnchorsOptions {
  readonly issuer: Issuer;
  readonly authorities: Channel;
  readonly readingLog: ReadingLog;
  readonly store: Store;
  readonly outbox: Pick<Outbox, 'wake'>;
  readonly logger: Logger;
  /** Default: Date.now. */
  readonly clock?: () => number;
}

interface DayRow {
  readonly statement: string;
}

/** Anchors each day of the log of who read copies on the ledger, once it is over: whoever changes a line later is found. */
export class ReadingAnchors implements TaskHandler {
  readonly #options: ReadingAnchorsOptions;
  readonly #clock: () => number;

  constructor(options: ReadingAnchorsOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
  }

  /** Signs the oldest days that are over and not signed yet. Returns whether there may be more. */
  async round(): Promise<boolean> {
    const { issuer, outbox, readingLog, store } = this.#options;
    const today = dayOf(this.#clock() - DAY_GRACE_MS);
    const days = readingLog.daysAfter(this.#newestBefore(today), ROUND_MAX_DAYS).filter((day) => day < today);
    for (const day of days) {
      const { hash } = await readingLog.of(day);
      const statement = issuer.make('anchorReadings', ['authorities'], { day, hash });
      await store.commit(() => {
        store.run('INSERT INTO reading_days (day, statement) VALUES (?, ?)', day, statement);
        addTask(store, { kind: 'reading-day', ref: day, subject: day });
      });
    }
    if (days.length > 0) outbox.wake();
    return days.length === ROUND_MAX_DAYS;
  }

  async advance(day: string): Promise<void> {
    const { logger, store } = this.#options;
    const row = store.get<DayRow>('SELECT statement FROM reading_days WHERE day = ?', day);
    if (row === undefined) throw new Error(`No word on the log of ${day} is kept`);
    const statement = row.statement === UNSIGNED ? await this.#sign(day) : row.statement;
    const answer = await this.#submit(day, statement);
    if (answer === undefined) return;
    const { txId = null, refusal = null } = answer;
    if (refusal !== null)
      logger.error({ day, refusal }, 'the log of a day differs from what is anchored of it');
    await store.commit(() => {
      store.run('UPDATE reading_days SET tx_id = ?, refusal = ? WHERE day = ?', txId, refusal, day);
      removeTask(store, { kind: 'reading-day', ref: day });
    });
  }

  /** @returns undefined where it was signed again. @throws LedgerError: to be tried again */
  async #submit(
    day: string,
    statement: string,
  ): Promise<{ readonly txId?: string; readonly refusal?: string } | undefined> {
    const { authorities } = this.#options;
    try {
      const { result } = await submitWithRetry(() =>
        authorities.submit(records, 'AnchorReadings', { statement }),
      );
      return { txId: result.txId };
    } catch (error) {
      if (!(error instanceof LedgerError) || error.code !== 'CHAINCODE_REFUSED') throw error;
      const { chaincodeCode } = error;
      if (chaincodeCode === 'READINGS_ANCHORED') return { refusal: chaincodeCode };
      if (chaincodeCode === 'READINGS_NOT_OVER') await this.#put(day, UNSIGNED);
      if (chaincodeCode === 'STATEMENT_KEY_UNKNOWN' && (await this.#signAgain(day, statement)))
        return undefined;
      throw error;
    }
  }

  /** After a rotation of this authority's key the old signature counts no more. False: it is signed with this key. */
  async #signAgain(day: string, statement: string): Promise<boolean> {
    const { issuer } = this.#options;
    const { header, payload } = readStatement(statement);
    if (header.kid === issuer.signer.kid) return false;
    const body = payload.body as StatementBody<'anchorReadings'>;
    await this.#put(day, issuer.make('anchorReadings', ['authorities'], body, payload.sid));
    return true;
  }

  /** What a clock that was wrong had taken for over is signed once it is: its log went on. @throws NotYetError */
  async #sign(day: string): Promise<string> {
    const { issuer, readingLog } = this.#options;
    if (day >= dayOf(this.#clock() - DAY_GRACE_MS)) throw new NotYetError('READINGS_NOT_OVER');
    const { hash } = await readingLog.of(day);
    const statement = issuer.make('anchorReadings', ['authorities'], { day, hash });
    await this.#put(day, statement);
    return statement;
  }

  async #put(day: string, statement: string): Promise<void> {
    const { store } = this.#options;
    await store.commit(() =>
      store.run('UPDATE reading_days SET statement = ? WHERE day = ?', statement, day),
    );
  }

  /**
   * The newest day that is over and signed: '' before the first. One that is not over was signed by a clock that was wrong, and puts
   * off none of those before it.
   */
  #newestBefore(today: string): string {
    const row = this.#options.store.get<{ day: string | null }>(
      'SELECT max(day) AS day FROM reading_days WHERE day < ?',
      today,
    );
    return row?.day ?? '';
  }
}
