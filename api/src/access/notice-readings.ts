import { BATCH_MAX_ITEMS, records, type ItemResult, type StatementBody } from '@careledger/contracts';
import { Grace, NotYetError } from '@careledger/delivery';
import { orUndefined } from '@careledger/ledger';
import { PROVIDER_ROUTES, ReadingsAnswer } from '@careledger/protocol';
import { SubjectBatcher, type Logger } from '@careledger/service-kit';
import { readStatement } from '@careledger/statements';
import type { Issuer } from '../issuer.js';
import type { Channel } from '../ledger-port.js';
import { addTask, removeTask, type Outbox, type TaskHandler } from '../outbox/outbox.js';
import { firstOf, type Providers } from '../providers/providers.js';
import type { Store } from '../store/store.js';

/**
 * How long a reading is held back for its record to be stored, from when the ledger first says that it is not: it can
 * only be judged by what the record holds.
 */
export const RECORD_AWAITED_MS = 10 * 60_000;

/** That somebody was shown a direct notice. */
export interface KeptReading {
  /** Of the statement. */
  readonly sid: string;
  readonly patientId: string;
  readonly recordId: string;
  readonly version: number;
  /** `noticeReading`. */
  readonly statement: string;
}

export interface NoticeReadingsOptions {
  readonly issuer: Issuer;
  readonly cloud: Channel;
  readonly providers: Providers;
  readonly store: Store;
  readonly outbox: Pick<Outbox, 'wake'>;
  readonly clock?: () => number;
  readonly logger: Pick<Logger, 'warn'>;
}

const COLUMNS = `sid, patient_id AS patientId, record_id AS recordId, version, statement`;

/** Tells the ledger of each reading of a direct notice, through a provider, until it is taken: it does not expire. */
export class NoticeReadings implements TaskHandler {
  readonly #options: NoticeReadingsOptions;
  readonly #clock: () => number;
  readonly #awaited = new Grace(RECORD_AWAITED_MS);
  readonly #reports: SubjectBatcher<KeptReading, ItemResult>;

  constructor(options: NoticeReadingsOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
    this.#reports = new SubjectBatcher({
      subjectOf: ({ patientId }) => patientId,
      maxItems: BATCH_MAX_ITEMS,
      run: (readings) => this.#report(readings),
    });
  }

  /** Only within `store.commit`, before the content leaves; call `added` once that is durable. */
  add({ sid, patientId, recordId, version, statement }: KeptReading): void {
    const { store } = this.#options;
    store.run(
      'INSERT INTO notice_readings (sid, patient_id, record_id, version, statement) VALUES (?, ?, ?, ?, ?)',
      sid,
      patientId,
      recordId,
      version,
      statement,
    );
    addTask(store, { kind: 'reading', ref: sid, subject: sid });
  }

  added(): void {
    this.#options.outbox.wake();
  }

  async advance(sid: string): Promise<void> {
    const { logger, store } = this.#options;
    const reading = store.get<KeptReading>(`SELECT ${COLUMNS} FROM notice_readings WHERE sid = ?`, sid);
    if (reading !== undefined) {
      await this.#awaitRecord(reading);
      const { code, txId } = await this.#reports.add(reading);
      if (code !== 'OK') {
        if (code === 'STATEMENT_KEY_UNKNOWN' && (await this.#signAgain(reading))) return;
        logger.warn({ sid, code }, 'the ledger does not take that a notice was read; it is told again');
        throw new NotYetError(code);
      }
      await store.commit(() => {
        store.run('UPDATE notice_readings SET tx_id = ? WHERE sid = ?', txId, sid);
        store.run('UPDATE accesses SET tx_id = ? WHERE request_sid = ?', txId, sid);
      });
    }
    await store.commit(() => removeTask(store, { kind: 'reading', ref: sid }));
  }

  /** @throws NotYetError while the version is not stored, for a while; LedgerError while nobody can say */
  async #awaitRecord({ patientId, recordId, version }: KeptReading): Promise<void> {
    const { cloud } = this.#options;
    const ref = `${recordId}/${version}`;
    const stored = await orUndefined(
      cloud.evaluate(records, 'GetRecord', { patientId, recordId, version }),
      'RECORD_UNKNOWN',
    );
    if (stored === undefined && !this.#awaited.isOver(ref, this.#clock()))
      throw new NotYetError('RECORD_UNKNOWN');
    if (stored !== undefined) this.#awaited.forget(ref);
  }

  /** After a rotation of this authority's key the old signature counts no more. False: it is signed with this key. */
  async #signAgain({ sid, statement }: KeptReading): Promise<boolean> {
    const { issuer, store } = this.#options;
    const { header, payload } = readStatement(statement);
    if (header.kid === issuer.signer.kid) return false;
    const signed = issuer.make(
      'noticeReading',
      ['cloud'],
      payload.body as StatementBody<'noticeReading'>,
      sid,
    );
    await store.commit(() =>
      store.run('UPDATE notice_readings SET statement = ? WHERE sid = ?', signed, sid),
    );
    return true;
  }

  async #report(readings: readonly KeptReading[]): Promise<readonly ItemResult[]> {
    const { logger, providers } = this.#options;
    const statements = readings.map(({ statement }) => statement);
    const { items } = await firstOf(
      providers,
      ({ client }) =>
        client.call('POST', PROVIDER_ROUTES.readings, { body: { statements }, result: ReadingsAnswer }),
      // Whatever one provider says, another may relay them.
      { logger, mayGoOn: ({ code }) => code !== 'ABORTED' },
    );
    return items;
  }
}
