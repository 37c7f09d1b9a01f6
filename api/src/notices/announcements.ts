import type { AnnouncedRecordState } from '@careledger/contracts';
import { termsOnRecord } from '@careledger/policy';
import type { Logger } from '@careledger/service-kit';
import type { MirroredGrant } from '../policy/mirror-store.js';
import type { Policy } from '../policy/policy.js';
import type { Store } from '../store/store.js';
import type { EmergencyStore } from './emergency-store.js';
import type { NoticeLog } from './notice-log.js';

/** Announcements that wait for a grant which may still be on its way; the oldest go first. */
const HELD_MAX_ROWS = 20_000;

export const recordSource = (patientId: string, recordId: string, version: number): string =>
  `record/${patientId}/${recordId}/${version}`;

/** Where announced versions are copied from (`copies/intake.ts`). All methods: only within `store.commit`. */
export interface AnnouncedCopies {
  /** A version was announced, or the patient's gateway has confirmed what it holds. */
  told(record: AnnouncedRecordState): void;
  /** A grant covers it: this authority is told of it. */
  noticed(record: AnnouncedRecordState): void;
}

export interface AnnouncementsOptions {
  readonly store: Store;
  readonly policy: Policy;
  readonly log: NoticeLog;
  readonly emergencies: EmergencyStore;
  readonly copies?: AnnouncedCopies;
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * Turns announcements into notices. Grants and announcements arrive by two event streams, so an announcement can be
 * here before the grant of an earlier block: what no grant covers is held until the stream of grants has passed its
 * block. All methods: only within `store.commit`.
 */
export class Announcements {
  readonly #options: AnnouncementsOptions;

  constructor(options: AnnouncementsOptions) {
    this.#options = options;
  }

  /** Records of one block's event. */
  announced(records: readonly AnnouncedRecordState[], block: number): void {
    const { copies, emergencies, policy } = this.#options;
    for (const record of records) {
      copies?.told(record);
      const direct = emergencies.tellsOf(record);
      if (direct || isNoticed(block, policy.noticing(record.patientId, termsOnRecord(record))))
        this.#notice(record);
      else this.#hold(record, block);
    }
    this.#bound();
  }

  /** A patient's grants changed: what was held for them is noticed now. */
  grantsChanged(patientId: string): void {
    const { policy, store } = this.#options;
    if (policy.noticing(patientId).length === 0) return;
    const held = store.all<{ row: number; block: number; state: string }>(
      'SELECT place AS row, block, state FROM held_announcements WHERE patient_id = ? ORDER BY place',
      patientId,
    );
    for (const { row, block, state } of held) {
      const record = JSON.parse(state) as AnnouncedRecordState;
      if (!isNoticed(block, policy.noticing(patientId, termsOnRecord(record)))) continue;
      this.#notice(record);
      store.run('DELETE FROM held_announcements WHERE place = ?', row);
    }
  }

  /** The stream of grants has reached a block: no grant of an earlier one can come any more. */
  grantsReadUpTo(block: number): void {
    this.#options.store.run('DELETE FROM held_announcements WHERE block < ?', block);
  }

  #notice(record: AnnouncedRecordState): void {
    const { copies, emergencies, log, logger } = this.#options;
    copies?.noticed(record);
    const { patientId, recordId, version, author } = record;
    const matched = emergencies.match(record);
    if (!matched && emergencies.tellsOf(record))
      logger.warn({ recordId, version, author }, 'something else is announced than a direct notice told of');
    log.append({
      type: 'record',
      source: recordSource(patientId, recordId, version),
      patientId,
      data: { ...record, ...(matched && { matched: true as const }) },
    });
  }

  #hold(record: AnnouncedRecordState, block: number): void {
    const { patientId, recordId, version } = record;
    this.#options.store.run(
      `INSERT INTO held_announcements (block, patient_id, source, state) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET block = excluded.block, state = excluded.state`,
      block,
      patientId,
      recordSource(patientId, recordId, version),
      JSON.stringify(record),
    );
  }

  #bound(): void {
    this.#options.store.run(
      'DELETE FROM held_announcements WHERE place <= (SELECT max(place) FROM held_announcements) - ?',
      HELD_MAX_ROWS,
    );
  }
}

/** Whether one of the grants that bring notices of a record came no later than its announcement. */
const isNoticed = (block: number, grants: readonly MirroredGrant[]): boolean =>
  grants.some(({ sinceBlock }) => sinceBlock !== null && sinceBlock <= block);
