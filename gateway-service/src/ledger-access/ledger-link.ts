import { accessControl, records } from '@careledger/contracts';
import { isLedgerAway } from '@careledger/delivery';
import type { ChannelName } from '@careledger/domain';
import { LedgerError, type Ledger, type LedgerChannel, type LedgerCounters } from '@careledger/ledger';
import { openServiceLedger, type LedgerConfig, type ServiceLedger } from '@careledger/ledger/service';
import type { Logger } from '@careledger/service-kit';
import type { Priority } from '../processing/index.js';
import { StatementBatcher } from './statement-batcher.js';

/** Where a channel is asked. */
export interface LedgerReader {
  channel(name: ChannelName): Pick<LedgerChannel, 'evaluate'>;
}

export interface LedgerLinkOptions {
  readonly config: LedgerConfig;
  /** Client with `careledger.enrol=true`; the same as the others unless told. */
  readonly enroller?: { readonly certificateFile: string; readonly privateKeyFile: string } | undefined;
  readonly dataDir: string;
  readonly logger: Pick<Logger, 'warn' | 'info'>;
}

/**
 * The gateway's connections to the ledger. Emergencies and consent have one of their own, so that they never queue
 * behind a backlog of periodic records; every connection has a journal, so that none sends what another has sent.
 */
export class LedgerLink implements LedgerReader, Disposable {
  readonly announce: Readonly<Record<Priority, StatementBatcher>>;
  readonly anchor: StatementBatcher;
  readonly confirm: Readonly<Record<ChannelName, StatementBatcher>>;
  readonly register: Readonly<Record<ChannelName, StatementBatcher>>;
  readonly grant: Readonly<Record<ChannelName, StatementBatcher>>;
  readonly revoke: Readonly<Record<ChannelName, StatementBatcher>>;
  readonly #urgent: Ledger;
  readonly #bulk: Ledger;
  readonly #open: ServiceLedger[] = [];
  readonly #logger: Pick<Logger, 'warn' | 'info'>;
  #lastError: LedgerError | undefined;

  constructor({ config, enroller, dataDir, logger }: LedgerLinkOptions) {
    this.#logger = logger;
    const connect = (file: string, identity: Partial<LedgerConfig> = {}): Ledger => {
      const opened = openServiceLedger({ ...config, ...identity }, dataDir, file);
      this.#open.push(opened);
      return opened.ledger;
    };
    this.#urgent = connect('ledger-urgent.db');
    this.#bulk = connect('ledger-bulk.db');
    const enrolling = enroller === undefined ? this.#bulk : connect('ledger-enroller.db', enroller);
    const batcher = (ledger: Ledger, submit: ConstructorParameters<typeof StatementBatcher>[0]) =>
      new StatementBatcher(submit, (error) => this.#saw(ledger, error));
    const announce = (ledger: Ledger) =>
      batcher(ledger, (items) =>
        ledger.channel('authorities').submit(records, 'AnnounceRecords', { items: [...items] }),
      );
    const consent = (name: 'Grant' | 'Revoke', channel: ChannelName) =>
      batcher(this.#urgent, (items) =>
        this.#urgent.channel(channel).submit(accessControl, name, { items: [...items] }),
      );
    this.announce = { emergency: announce(this.#urgent), periodic: announce(this.#bulk) };
    this.anchor = batcher(this.#bulk, (items) =>
      this.#bulk.channel('authorities').submit(records, 'AnchorHeads', { items: [...items] }),
    );
    const confirm = (channel: ChannelName) =>
      batcher(this.#bulk, (items) =>
        this.#bulk.channel(channel).submit(records, 'ConfirmRecordTags', { items: [...items] }),
      );
    this.confirm = { authorities: confirm('authorities'), cloud: confirm('cloud') };
    const register = (channel: ChannelName) =>
      batcher(enrolling, (items) =>
        enrolling.channel(channel).submit(accessControl, 'RegisterPatients', { items: [...items] }),
      );
    this.register = { authorities: register('authorities'), cloud: register('cloud') };
    this.grant = { authorities: consent('Grant', 'authorities'), cloud: consent('Grant', 'cloud') };
    this.revoke = { authorities: consent('Revoke', 'authorities'), cloud: consent('Revoke', 'cloud') };
  }

  /** Where queries go. */
  channel(name: ChannelName): LedgerChannel {
    return this.#urgent.channel(name);
  }

  /** What its connections count. */
  get counters(): LedgerCounters[] {
    return this.#open.map(({ ledger }) => ledger.counters);
  }

  /** Why the ledger is believed to be away; undefined while it answers. */
  get awayBecause(): LedgerError | undefined {
    return this.#lastError;
  }

  /** Notes whether the ledger answered. */
  note(error: unknown): void {
    if (error === undefined) this.#lastError = undefined;
    else if (error instanceof LedgerError && isLedgerAway(error)) this.#lastError = error;
  }

  /** Sends again what earlier runs left in the journals. Never fails: statements are repeated by their rows as well. */
  async resume(): Promise<void> {
    for (const { ledger } of this.#open) await this.#resumeOne(ledger);
  }

  /** Ends what waits for an answer: it stays in the journals. */
  closeConnections(): void {
    for (const { ledger } of this.#open) ledger.close();
  }

  /** Closes connections and journals; nothing may be under way any more. */
  close(): void {
    for (const opened of this.#open) opened.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #saw(ledger: Ledger, error: LedgerError | undefined): void {
    this.note(error);
    if (error?.code === 'COMMIT_UNKNOWN') void this.#resumeOne(ledger);
  }

  async #resumeOne(ledger: Ledger): Promise<void> {
    try {
      const resumed = await ledger.resume();
      if (resumed.length > 0)
        this.#logger.info({ transactions: resumed.length }, 'finished interrupted transactions');
    } catch (err) {
      this.#logger.warn({ err }, 'interrupted transactions will be finished later');
    }
  }
}
