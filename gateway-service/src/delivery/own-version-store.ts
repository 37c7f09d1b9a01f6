import type { WindowSummary } from '@careledger/clinical';
import type { StoredRecordState } from '@careledger/contracts';
import type { RecordKind, TagGroups } from '@careledger/domain';
import type { Database } from '@careledger/service-kit';
import type { Priority } from '../processing/index.js';
import type { MadeVersions } from '../records/handover.js';
import type { HeldSet, NewVersion, OwnVersion, Stage } from '../records/own-version.js';
import type { VersionRange } from './rewrap-store.js';

interface Row {
  version_no: number;
  patient_no: number;
  record_id: string;
  version: number;
  kind: RecordKind;
  place: string;
  lane: Priority;
  stage: Stage;
  period_start: string;
  period_end: string;
  tag_groups: string;
  summary: string | null;
  manifest: string;
  manifest_hash: string;
  format: 1 | 2;
  wrap_set: string;
  wraps: string;
  acceptance: string | null;
  provider_id: string;
  store_statement: string;
  former_stores: string;
  store_tx: string | null;
  store_block: number | null;
  receipt: string | null;
  announce_statement: string | null;
  announce_tx: string | null;
  announce_block: number | null;
  refusal: string | null;
  arrived_ms: number | null;
  made_ms: number;
  stored_ms: number | null;
  announced_ms: number | null;
  trace: string | null;
}

export interface VersionFilter {
  readonly kind?: RecordKind | undefined;
  /** Version numbers below this one: pages go from the newest back. */
  readonly before?: number | undefined;
  readonly limit: number;
}

/** A version with its wraps, compact JWE; of the first release, where they lie in the set, with none. */
export interface WrappedRow {
  readonly versionNo: number;
  readonly format: 1 | 2;
  readonly wraps: readonly string[];
  readonly isStored: boolean;
}

/** A version that is on its way. */
export interface OpenVersion {
  readonly versionNo: number;
  readonly patientNo: number;
  readonly kind: RecordKind;
  readonly priority: Priority;
  readonly stage: 'made' | 'stored';
}

/** The versions that this gateway has made. What writes must run within a transaction of the gateway's store. */
export class OwnVersionStore implements MadeVersions {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Windows of which there are aggregates and no single values that were made with or after them, the newest first: what came
   * while nobody was to have single values is in none.
   * @param endAfter they end later than then
   */
  withoutDetail(patientNo: number, endAfter: string): string[] {
    const rows = this.#database
      .prepare(
        `SELECT DISTINCT place FROM record_versions AS made
         WHERE patient_no = ? AND kind = 'periodic' AND lane = 'periodic' AND period_end > ? AND NOT EXISTS (
           SELECT 1 FROM record_versions AS detail
           WHERE detail.patient_no = made.patient_no AND detail.kind = 'detail' AND detail.lane = 'periodic'
             AND detail.place = made.place AND detail.version_no > made.version_no)
         ORDER BY place DESC`,
      )
      .all(patientNo, endAfter);
    return (rows as { place: string }[]).map(({ place }) => place);
  }

  insert(version: NewVersion): number {
    const { lastInsertRowid } = this.#database
      .prepare(
        `INSERT INTO record_versions (patient_no, record_id, version, kind, place, lane, stage, period_start, period_end,
           tag_groups, summary, manifest, manifest_hash, format, wrap_set, wraps, provider_id, store_statement, arrived_ms,
           made_ms, trace)
         VALUES (?, ?, ?, ?, ?, ?, 'made', ?, ?, ?, ?, ?, ?, 2, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        version.patientNo,
        version.recordId,
        version.version,
        version.kind,
        version.source,
        version.priority,
        version.periodStart,
        version.periodEnd,
        JSON.stringify(version.tagGroups),
        version.summary && JSON.stringify(version.summary),
        version.manifest,
        version.manifestHash,
        version.wrapSet,
        JSON.stringify(version.wraps),
        version.providerId,
        version.storeStatement,
        version.arrivedMs,
        version.madeMs,
        version.trace,
      );
    const versionNo = Number(lastInsertRowid);
    this.#database
      .prepare('INSERT INTO record_contents (version_no, ciphertext) VALUES (?, ?)')
      .run(versionNo, version.ciphertext);
    return versionNo;
  }

  get(versionNo: number): OwnVersion | undefined {
    return this.#one('SELECT * FROM record_versions WHERE version_no = ?', versionNo);
  }

  /** The newest version of a record, or the named one. */
  find(recordId: string, version?: number): OwnVersion | undefined {
    return version === undefined
      ? this.#one('SELECT * FROM record_versions WHERE record_id = ? ORDER BY version DESC LIMIT 1', recordId)
      : this.#one('SELECT * FROM record_versions WHERE record_id = ? AND version = ?', recordId, version);
  }

  /** False for a version that was taken over: its content was made before a backup that has forgotten it. */
  hasContent(versionNo: number): boolean {
    return (
      this.#database.prepare('SELECT 1 FROM record_contents WHERE version_no = ?').get(versionNo) !==
      undefined
    );
  }

  ciphertext(versionNo: number): Uint8Array {
    const row = this.#database
      .prepare('SELECT ciphertext FROM record_contents WHERE version_no = ?')
      .get(versionNo) as { ciphertext: Uint8Array } | undefined;
    if (row === undefined) throw new Error(`The content of record version ${versionNo} is gone`);
    return row.ciphertext;
  }

  /** A patient's versions, newest first. */
  list(patientNo: number, { kind, before = Number.MAX_SAFE_INTEGER, limit }: VersionFilter): OwnVersion[] {
    const rows = this.#database
      .prepare(
        `SELECT * FROM record_versions WHERE patient_no = ? AND version_no < ? AND (? IS NULL OR kind = ?)
         ORDER BY version_no DESC LIMIT ?`,
      )
      .all(patientNo, before, kind ?? null, kind ?? null, limit);
    return (rows as unknown as Row[]).map(versionOf);
  }

  /** What is not announced yet, oldest first; of one patient or of all. */
  open(patientNo?: number): OpenVersion[] {
    const columns = 'version_no AS versionNo, patient_no AS patientNo, kind, lane AS priority, stage';
    const open = `SELECT ${columns} FROM record_versions WHERE stage IN ('made', 'stored')`;
    const rows =
      patientNo === undefined
        ? this.#database.prepare(`${open} ORDER BY version_no`).all()
        : this.#database.prepare(`${open} AND patient_no = ? ORDER BY version_no`).all(patientNo);
    return rows as unknown as OpenVersion[];
  }

  /** How many are not announced yet, by priority, and when the oldest of them was made. */
  openCounts(): { readonly emergency: number; readonly periodic: number; readonly oldestMs: number | null } {
    return this.#database
      .prepare(
        `SELECT count(*) FILTER (WHERE lane = 'emergency') AS emergency,
           count(*) FILTER (WHERE lane = 'periodic') AS periodic, min(made_ms) AS oldestMs
         FROM record_versions WHERE stage IN ('made', 'stored')`,
      )
      .get() as unknown as ReturnType<OwnVersionStore['openCounts']>;
  }

  openCount(patientNo: number): number {
    const row = this.#database
      .prepare(
        `SELECT count(*) AS n FROM record_versions WHERE stage IN ('made', 'stored') AND patient_no = ?`,
      )
      .get(patientNo) as { n: number };
    return row.n;
  }

  /** Those of a patient's versions of the present format that have left for a provider, newest first. */
  sent(patientNo: number, { first, last }: VersionRange, limit: number): OwnVersion[] {
    const rows = this.#database
      .prepare(
        `SELECT * FROM record_versions
         WHERE patient_no = ? AND version_no BETWEEN ? AND ? AND format = 2 AND stage <> 'made'
         ORDER BY version_no DESC LIMIT ?`,
      )
      .all(patientNo, first, last, limit);
    return (rows as unknown as Row[]).map(versionOf);
  }

  /** The range of a patient's versions, within another, that no provider has yet. */
  unstored(patientNo: number, { first, last }: VersionRange): VersionRange | undefined {
    const row = this.#database
      .prepare(
        `SELECT min(version_no) AS "first", max(version_no) AS "last" FROM record_versions
         WHERE patient_no = ? AND version_no BETWEEN ? AND ? AND format = 2 AND stage = 'made'`,
      )
      .get(patientNo, first, last) as unknown as { first: number | null; last: number | null };
    return row.first === null || row.last === null ? undefined : { first: row.first, last: row.last };
  }

  /** For whom a patient's versions are wrapped here, after a number, in order. */
  wrapsAfter(patientNo: number, after: number, limit: number): WrappedRow[] {
    const rows = this.#database
      .prepare(
        `SELECT version_no, format, wraps, store_tx FROM record_versions
         WHERE patient_no = ? AND version_no > ? ORDER BY version_no LIMIT ?`,
      )
      .all(patientNo, after, limit) as unknown as Pick<Row, 'version_no' | 'format' | 'wraps' | 'store_tx'>[];
    return rows.map(({ version_no, format, wraps, store_tx }) => ({
      ...{ versionNo: version_no, format, isStored: store_tx !== null },
      wraps: JSON.parse(wraps) as string[],
    }));
  }

  /** How many versions of the present format a patient has within a range. */
  countWithin(patientNo: number, { first, last }: VersionRange): number {
    const row = this.#database
      .prepare(
        'SELECT count(*) AS n FROM record_versions WHERE patient_no = ? AND version_no BETWEEN ? AND ? AND format = 2',
      )
      .get(patientNo, first, last) as { n: number };
    return row.n;
  }

  /** Another provider is to store it. The statement for the former one is kept: it may have arrived after all. */
  readdress(
    versionNo: number,
    providerId: string,
    storeStatement: string,
    former: Readonly<Record<string, string>>,
  ): void {
    this.#database
      .prepare(
        `UPDATE record_versions SET provider_id = ?, store_statement = ?, former_stores = ?
         WHERE version_no = ? AND stage = 'made'`,
      )
      .run(providerId, storeStatement, JSON.stringify(former), versionNo);
  }

  /** What is on its way to a provider is signed with another key; what others were given counts no more. */
  resign(
    versionNo: number,
    { storeStatement, wrapSet }: Pick<OwnVersion, 'storeStatement' | 'wrapSet'>,
  ): void {
    this.#database
      .prepare(
        `UPDATE record_versions SET store_statement = ?, wrap_set = ?, former_stores = '{}'
         WHERE version_no = ? AND stage = 'made'`,
      )
      .run(storeStatement, wrapSet, versionNo);
  }

  /** So is what is on its way to the ledger. */
  reannounce(versionNo: number, announceStatement: string): void {
    this.#database
      .prepare(`UPDATE record_versions SET announce_statement = ? WHERE version_no = ? AND stage = 'stored'`)
      .run(announceStatement, versionNo);
  }

  setStored(
    versionNo: number,
    stored: {
      readonly providerId: string;
      readonly txId: string;
      readonly blockNumber: number | null;
      readonly receipt: string | null;
      readonly announceStatement: string;
      readonly storedMs: number;
    },
  ): void {
    this.#database
      .prepare(
        `UPDATE record_versions SET stage = 'stored', provider_id = ?, store_tx = ?, store_block = ?,
           receipt = ?, announce_statement = ?, stored_ms = ? WHERE version_no = ? AND stage = 'made'`,
      )
      .run(
        stored.providerId,
        stored.txId,
        stored.blockNumber,
        stored.receipt,
        stored.announceStatement,
        stored.storedMs,
        versionNo,
      );
  }

  /**
   * The ledger has this version with other content by the same author: the row stands for that one from now on. Its
   * content is not here, and nothing is known of its aggregates.
   */
  takeOver(
    versionNo: number,
    found: StoredRecordState,
    stored: { readonly announceStatement: string; readonly storedMs: number },
  ): void {
    this.#database
      .prepare(
        `UPDATE record_versions SET stage = 'stored', provider_id = ?, store_tx = ?, manifest_hash = ?, period_start = ?,
           period_end = ?, tag_groups = ?, summary = NULL, wraps = '[]', announce_statement = ?, stored_ms = ?
         WHERE version_no = ? AND stage = 'made'`,
      )
      .run(
        found.providerId,
        found.txId,
        found.manifestHash,
        found.period.start,
        found.period.end,
        JSON.stringify(found.tagGroups),
        stored.announceStatement,
        stored.storedMs,
        versionNo,
      );
    this.#database.prepare('DELETE FROM record_contents WHERE version_no = ?').run(versionNo);
  }

  setAnnounced(versionNo: number, txId: string, blockNumber: number | null, announcedMs: number): void {
    this.#database
      .prepare(
        `UPDATE record_versions SET stage = 'announced', announce_tx = ?, announce_block = ?, announced_ms = ?
         WHERE version_no = ? AND stage = 'stored'`,
      )
      .run(txId, blockNumber, announcedMs, versionNo);
  }

  setRefused(versionNo: number, refusal: string): void {
    this.#database
      .prepare(`UPDATE record_versions SET stage = 'refused', refusal = ? WHERE version_no = ?`)
      .run(refusal, versionNo);
  }

  /** A channel lacks what the row holds for done: it goes on from this stage once more. */
  backTo(versionNo: number, stage: 'made' | 'stored'): void {
    this.#database
      .prepare(
        `UPDATE record_versions SET stage = ? WHERE version_no = ? AND stage IN ('stored', 'announced')
           AND (? = 'made' OR announce_statement IS NOT NULL)`,
      )
      .run(stage, versionNo, stage);
  }

  /** The wrap set that the provider has, with its wraps. */
  setWraps(versionNo: number, { wrapSet, wraps }: HeldSet, acceptance: string): void {
    this.#database
      .prepare('UPDATE record_versions SET wrap_set = ?, wraps = ?, acceptance = ? WHERE version_no = ?')
      .run(wrapSet, JSON.stringify(wraps), acceptance, versionNo);
  }

  /** Distinct records and their versions by kind and stage. */
  counts(): { kind: RecordKind; stage: Stage; records: number; versions: number }[] {
    const rows = this.#database
      .prepare(
        `SELECT kind, stage, sum(version = 1) AS records, count(*) AS versions FROM record_versions GROUP BY kind, stage`,
      )
      .all();
    return rows as unknown as { kind: RecordKind; stage: Stage; records: number; versions: number }[];
  }

  /** First versions of emergencies, oldest first. */
  emergencies(limit: number): OwnVersion[] {
    const rows = this.#database
      .prepare(
        `SELECT * FROM record_versions WHERE kind = 'emergency' AND version = 1 ORDER BY version_no LIMIT ?`,
      )
      .all(limit);
    return (rows as unknown as Row[]).map(versionOf);
  }

  #one(sql: string, ...values: (string | number)[]): OwnVersion | undefined {
    const row = this.#database.prepare(sql).get(...values) as unknown as Row | undefined;
    return row && versionOf(row);
  }
}

function versionOf(row: Row): OwnVersion {
  return {
    versionNo: row.version_no,
    patientNo: row.patient_no,
    recordId: row.record_id,
    version: row.version,
    kind: row.kind,
    source: row.place,
    priority: row.lane,
    stage: row.stage,
    periodStart: row.period_start,
    periodEnd: row.period_end,
    tagGroups: JSON.parse(row.tag_groups) as TagGroups,
    summary: row.summary === null ? null : (JSON.parse(row.summary) as WindowSummary),
    manifest: row.manifest,
    manifestHash: row.manifest_hash,
    format: row.format,
    wrapSet: row.wrap_set,
    wraps: JSON.parse(row.wraps) as string[],
    acceptance: row.acceptance,
    providerId: row.provider_id,
    storeStatement: row.store_statement,
    formerStores: JSON.parse(row.former_stores) as Record<string, string>,
    storeTx: row.store_tx,
    storeBlock: row.store_block,
    receipt: row.receipt,
    announceStatement: row.announce_statement,
    announceTx: row.announce_tx,
    announceBlock: row.announce_block,
    refusal: row.refusal,
    arrivedMs: row.arrived_ms,
    madeMs: row.made_ms,
    storedMs: row.stored_ms,
    announcedMs: row.announced_ms,
    trace: row.trace,
  };
}
