import type { StoredRecordState } from '@careledger/contracts';
import type { ChannelName } from '@careledger/domain';
import type { Database } from '@careledger/service-kit';
import type { FoundTags } from '../records/scope.js';

/** A version that an authority has written of a patient, and how far its tags are confirmed. */
export interface ReceivedVersion {
  readonly versionNo: number;
  readonly patientNo: number;
  readonly recordId: string;
  readonly version: number;
  /** As `cloud` has it; null until it was asked. */
  readonly stored: StoredRecordState | null;
  /** By its author; null until it was opened. */
  readonly manifest: string | null;
  /** What this gateway found in it; null until it was opened. */
  readonly found: FoundTags | null;
  /** Why it cannot be opened, or not be confirmed. */
  readonly failure: string | null;
  /** Whether the channels have told of it: what is announced alone may never have been stored. */
  readonly isStored: boolean;
  readonly isAnnounced: boolean;
  /** By channel, the transaction that confirmed the tags. */
  readonly confirmedBy: Readonly<Record<ChannelName, string | null>>;
  readonly heardMs: number;
}

interface Row {
  readonly version_no: number;
  readonly patient_no: number;
  readonly record_id: string;
  readonly version: number;
  readonly stored: string | null;
  readonly manifest: string | null;
  readonly tag_groups: string | null;
  readonly uncategorised: number;
  readonly failure: string | null;
  readonly stored_heard: number;
  readonly announced: number;
  readonly cloud_tx: string | null;
  readonly authorities_tx: string | null;
  readonly heard_ms: number;
}

/** What waits for this gateway: to be opened, or to be confirmed on a channel that has it. */
const OPEN =
  'stored_heard = 1 AND failure IS NULL AND (cloud_tx IS NULL OR (announced = 1 AND authorities_tx IS NULL))';
const CONFIRMED_BY = { cloud: 'cloud_tx', authorities: 'authorities_tx' } as const;

/** Versions by authorities. What writes must run within a transaction of the gateway's store. */
export class ReceivedStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** A channel has the version; heard of it twice, it is one. @returns its number */
  heard(
    { patientNo, recordId, version }: Pick<ReceivedVersion, 'patientNo' | 'recordId' | 'version'>,
    channel: ChannelName,
    heardMs: number,
  ): number {
    const row = this.#database
      .prepare(
        `INSERT INTO received_versions (patient_no, record_id, version, stored_heard, announced, heard_ms)
         VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (patient_no, record_id, version) DO UPDATE SET
           stored_heard = max(stored_heard, excluded.stored_heard), announced = max(announced, excluded.announced)
         RETURNING version_no`,
      )
      .get(
        patientNo,
        recordId,
        version,
        channel === 'cloud' ? 1 : 0,
        channel === 'authorities' ? 1 : 0,
        heardMs,
      ) as {
      version_no: number;
    };
    return row.version_no;
  }

  setFound(
    versionNo: number,
    { stored, manifest }: { readonly stored: StoredRecordState; readonly manifest: string },
    { tagGroups, isUncategorised }: FoundTags,
  ): void {
    this.#database
      .prepare(
        `UPDATE received_versions SET stored = ?, manifest = ?, tag_groups = ?, uncategorised = ?
         WHERE version_no = ?`,
      )
      .run(JSON.stringify(stored), manifest, JSON.stringify(tagGroups), isUncategorised ? 1 : 0, versionNo);
  }

  /** @param stored what the ledger has of it, where that is known */
  setFailed(versionNo: number, failure: string, stored?: StoredRecordState): void {
    this.#database
      .prepare('UPDATE received_versions SET failure = ?, stored = coalesce(?, stored) WHERE version_no = ?')
      .run(failure, stored === undefined ? null : JSON.stringify(stored), versionNo);
  }

  setConfirmed(versionNo: number, channel: ChannelName, txId: string): void {
    this.#database
      .prepare(`UPDATE received_versions SET ${CONFIRMED_BY[channel]} = ? WHERE version_no = ?`)
      .run(txId, versionNo);
  }

  /** The channel has no word of it: it is confirmed there once more. */
  forgetConfirmed(versionNo: number, channel: ChannelName): void {
    this.#database
      .prepare(`UPDATE received_versions SET ${CONFIRMED_BY[channel]} = NULL WHERE version_no = ?`)
      .run(versionNo);
  }

  /** It is the patient's own. */
  remove(versionNo: number): void {
    this.#database.prepare('DELETE FROM received_versions WHERE version_no = ?').run(versionNo);
  }

  /** What could not be done is tried again: keys and providers may be others by now. */
  retryFailed(): void {
    this.#database.prepare('UPDATE received_versions SET failure = NULL WHERE failure IS NOT NULL').run();
  }

  get(versionNo: number): ReceivedVersion | undefined {
    return this.#all('WHERE version_no = ?', versionNo)[0];
  }

  /** The newest version unless one is named. */
  find(patientNo: number, recordId: string, version?: number): ReceivedVersion | undefined {
    return this.#all(
      'WHERE patient_no = ? AND record_id = ? AND version = coalesce(?, version) ORDER BY version DESC LIMIT 1',
      patientNo,
      recordId,
      version ?? null,
    )[0];
  }

  /** A patient's that are stored, newest first, before a number. */
  list(
    patientNo: number,
    { before = Number.MAX_SAFE_INTEGER, limit }: { before?: number | undefined; limit: number },
  ): ReceivedVersion[] {
    return this.#all(
      'WHERE stored_heard = 1 AND patient_no = ? AND version_no < ? ORDER BY version_no DESC LIMIT ?',
      patientNo,
      before,
      limit,
    );
  }

  /** A patient's that are confirmed on `cloud`, after a number, in order. */
  confirmed(patientNo: number, after: number, limit: number): ReceivedVersion[] {
    return this.#all(
      'WHERE patient_no = ? AND version_no > ? AND cloud_tx IS NOT NULL ORDER BY version_no LIMIT ?',
      patientNo,
      after,
      limit,
    );
  }

  /** What waits for this gateway, in order. */
  open(): { readonly versionNo: number; readonly patientNo: number }[] {
    const rows = this.#database
      .prepare(`SELECT version_no, patient_no FROM received_versions WHERE ${OPEN} ORDER BY version_no`)
      .all() as { version_no: number; patient_no: number }[];
    return rows.map(({ version_no, patient_no }) => ({ versionNo: version_no, patientNo: patient_no }));
  }

  /** How many wait for this gateway, of one patient or of all. */
  openCount(patientNo?: number): number {
    const ofPatient = patientNo === undefined ? '' : 'AND patient_no = ?';
    const row = this.#database
      .prepare(`SELECT count(*) AS n FROM received_versions WHERE ${OPEN} ${ofPatient}`)
      .get(...(patientNo === undefined ? [] : [patientNo])) as { n: number };
    return row.n;
  }

  /** How many stay unconfirmed, by reason. */
  failures(): { readonly failure: string; readonly count: number }[] {
    return this.#database
      .prepare(
        'SELECT failure, count(*) AS count FROM received_versions WHERE failure IS NOT NULL GROUP BY failure',
      )
      .all() as { failure: string; count: number }[];
  }

  #all(where: string, ...values: (string | number | null)[]): ReceivedVersion[] {
    const rows = this.#database.prepare(`SELECT * FROM received_versions ${where}`).all(...values);
    return (rows as unknown as Row[]).map(versionOf);
  }
}

const versionOf = (row: Row): ReceivedVersion => ({
  versionNo: row.version_no,
  patientNo: row.patient_no,
  recordId: row.record_id,
  version: row.version,
  stored: row.stored === null ? null : (JSON.parse(row.stored) as StoredRecordState),
  manifest: row.manifest,
  found:
    row.tag_groups === null
      ? null
      : {
          tagGroups: JSON.parse(row.tag_groups) as FoundTags['tagGroups'],
          isUncategorised: row.uncategorised === 1,
        },
  failure: row.failure,
  isStored: row.stored_heard === 1,
  isAnnounced: row.announced === 1,
  confirmedBy: { cloud: row.cloud_tx, authorities: row.authorities_tx },
  heardMs: row.heard_ms,
});
