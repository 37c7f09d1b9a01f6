import {
  isExcluded,
  migrateState,
  type AlarmPriority,
  type AlarmType,
  type EpisodeEndReason,
  type Evidence,
  type FlaggedReading,
  type News2Score,
  type PatientState,
  type RuleName,
  type StoredState,
} from '@careledger/clinical';
import type { GatewayKind } from '@careledger/domain';
import type { Database, TraceParent } from '@careledger/service-kit';
import { READINGS_PER_ROW } from './limits.js';

export type Priority = 'emergency' | 'periodic';
/** In the order in which they are served. */
export const PRIORITIES: readonly Priority[] = ['emergency', 'periodic'];

export interface Progress {
  /** Last row that is in the states. */
  readonly rowId: number;
  readonly frames: number;
  readonly readings: number;
}

export interface Episode {
  readonly episodeId: string;
  /** The first of the episodes that are told together with it, in one record; its own where it is that one. */
  readonly leadId: string;
  readonly patientNo: number;
  readonly rule: RuleName;
  readonly type: AlarmType;
  readonly priority: AlarmPriority;
  /** Only doubtful readings speak for it. */
  readonly unconfirmed: boolean;
  /** It was news no more when it was raised. */
  readonly late: boolean;
  readonly marks: readonly string[];
  readonly status: 'open' | 'ended' | 'withdrawn' | 'merged';
  readonly startMs: number;
  readonly raisedMs: number;
  readonly endMs: number | null;
  readonly endReason: EpisodeEndReason | null;
  readonly evidence: readonly Evidence[];
  readonly news2: News2Score | null;
  readonly arrivedMs: number;
}

/** A record that is to be made, or made again. */
export interface DueRecord {
  readonly dueNo: number;
  readonly patientNo: number;
  readonly kind: GatewayKind;
  /** Its window (`START/END`), or the id of its episode. */
  readonly source: string;
  readonly priority: Priority;
  readonly generation: number;
  readonly arrivedMs: number | null;
  /** Put off: not to be made before this time. 0 for all others. */
  readonly notBeforeMs: number;
  /** Where the newest of what made it due stands in a trace; null where that is not traced. */
  readonly trace: TraceParent | null;
}
export type NewDueRecord = Omit<DueRecord, 'dueNo' | 'generation' | 'notBeforeMs' | 'trace'> & {
  readonly trace?: TraceParent | null;
};

interface DueRow {
  due_no: number;
  patient_no: number;
  kind: DueRecord['kind'];
  place: string;
  lane: Priority;
  generation: number;
  arrived_ms: number | null;
  not_before_ms: number;
  trace: string | null;
}
interface EpisodeRow {
  episode_id: string;
  lead_id: string;
  patient_no: number;
  rule: RuleName;
  type: AlarmType;
  priority: AlarmPriority;
  unconfirmed: number;
  late: number;
  marks: string;
  end_reason: EpisodeEndReason | null;
  status: Episode['status'];
  start_ms: number;
  raised_ms: number;
  end_ms: number | null;
  evidence: string;
  news2: string | null;
  arrived_ms: number;
}

/** The processing's tables. What writes must run within a transaction of the gateway's store. */
export class ProcessingStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  progress(): Progress {
    const row = this.#database.prepare('SELECT row_id, frames, readings FROM processing_cursor').get() as {
      row_id: number;
      frames: number;
      readings: number;
    };
    return { rowId: row.row_id, frames: row.frames, readings: row.readings };
  }

  setProgress({ rowId, frames, readings }: Progress): void {
    this.#database
      .prepare('UPDATE processing_cursor SET row_id = ?, frames = ?, readings = ?')
      .run(rowId, frames, readings);
  }

  /** As this release has it, whichever wrote it. */
  state(patientNo: number): PatientState | undefined {
    const row = this.#database
      .prepare('SELECT state FROM processing_states WHERE patient_no = ?')
      .get(patientNo) as { state: string } | undefined;
    return row && migrateState(JSON.parse(row.state) as StoredState);
  }

  /** Patients that have a state. */
  patients(): number[] {
    const rows = this.#database.prepare('SELECT patient_no FROM processing_states').all();
    return (rows as { patient_no: number }[]).map(({ patient_no }) => patient_no);
  }

  saveState(patientNo: number, state: PatientState): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO processing_states (patient_no, state) VALUES (?, ?)')
      .run(patientNo, JSON.stringify(state));
  }

  saveFlags({ rowId, flags }: FlaggedReading): void {
    if (flags.length === 0)
      this.#database.prepare('DELETE FROM reading_flags WHERE reading_id = ?').run(rowId);
    else
      this.#database
        .prepare('INSERT OR REPLACE INTO reading_flags (reading_id, flags) VALUES (?, ?)')
        .run(rowId, flags.join(' '));
  }

  /** Flags of a frame's readings by their index in it; those without any are left out. */
  flagsOfRow(rowId: number): ReadonlyMap<number, readonly string[]> {
    const from = rowId * READINGS_PER_ROW;
    const rows = this.#database
      .prepare('SELECT reading_id, flags FROM reading_flags WHERE reading_id >= ? AND reading_id < ?')
      .all(from, from + READINGS_PER_ROW) as { reading_id: number; flags: string }[];
    return new Map(rows.map(({ reading_id, flags }) => [reading_id - from, flags.split(' ')]));
  }

  /** Readings that windows and aggregates leave out. */
  excludedCount(): number {
    const rows = this.#database
      .prepare('SELECT flags, count(*) AS n FROM reading_flags GROUP BY flags')
      .all() as { flags: string; n: number }[];
    return rows.filter(({ flags }) => isExcluded(flags.split(' '))).reduce((sum, { n }) => sum + n, 0);
  }

  episode(episodeId: string): Episode | undefined {
    const row = this.#database.prepare('SELECT * FROM episodes WHERE episode_id = ?').get(episodeId) as
      EpisodeRow | undefined;
    return row && episodeOf(row);
  }

  /** The episodes that one record tells of, the lead's own first. */
  together(leadId: string): Episode[] {
    const rows = this.#database
      .prepare(`SELECT * FROM episodes WHERE lead_id = ? ORDER BY episode_id <> lead_id, episode_id`)
      .all(leadId);
    return (rows as unknown as EpisodeRow[]).map(episodeOf);
  }

  /** A patient's episodes that were raised at one rule time and stand. */
  raisedAt(patientNo: number, raisedMs: number): Episode[] {
    const rows = this.#database
      .prepare(
        `SELECT * FROM episodes WHERE patient_no = ? AND raised_ms = ? AND status IN ('open', 'ended')
         ORDER BY episode_id`,
      )
      .all(patientNo, raisedMs);
    return (rows as unknown as EpisodeRow[]).map(episodeOf);
  }

  /** Episodes of a rule that last, of all patients. */
  openEpisodes(rule: RuleName): Episode[] {
    const rows = this.#database
      .prepare(`SELECT * FROM episodes WHERE status = 'open' AND rule = ?`)
      .all(rule) as unknown as EpisodeRow[];
    return rows.map(episodeOf);
  }

  /**
   * A patient's episodes, the newest raised first; those that were found to be part of another are left out.
   * @param before the one that they follow
   */
  episodes(
    patientNo: number,
    before: Pick<Episode, 'raisedMs' | 'episodeId'> | undefined,
    limit: number,
  ): Episode[] {
    const rows = this.#database
      .prepare(
        `SELECT * FROM episodes WHERE patient_no = ? AND status <> 'merged' AND (raised_ms, episode_id) < (?, ?)
         ORDER BY raised_ms DESC, episode_id DESC LIMIT ?`,
      )
      .all(patientNo, before?.raisedMs ?? Number.MAX_SAFE_INTEGER, before?.episodeId ?? '', limit);
    return (rows as unknown as EpisodeRow[]).map(episodeOf);
  }

  /** Physiological and technical alarms so far, by priority; those that were found to be part of another not again. */
  alarmCounts(): Record<AlarmPriority, number> {
    const rows = this.#database
      .prepare(`SELECT priority, count(*) AS n FROM episodes WHERE status <> 'merged' GROUP BY priority`)
      .all() as { priority: AlarmPriority; n: number }[];
    return {
      high: 0,
      medium: 0,
      low: 0,
      ...Object.fromEntries(rows.map(({ priority, n }) => [priority, n])),
    };
  }

  saveEpisode(episode: Episode): void {
    const { episodeId, leadId, patientNo, rule, status, startMs, raisedMs, endMs, evidence, news2 } = episode;
    const { type, priority, unconfirmed, late, marks, endReason, arrivedMs } = episode;
    this.#database
      .prepare(
        `INSERT OR REPLACE INTO episodes (episode_id, patient_no, rule, status, start_ms, raised_ms, end_ms,
           evidence, news2, arrived_ms, type, priority, unconfirmed, late, marks, end_reason, lead_id)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        ...[episodeId, patientNo, rule, status, startMs, raisedMs, endMs],
        ...[JSON.stringify(evidence), news2 && JSON.stringify(news2), arrivedMs],
        ...[type, priority, Number(unconfirmed), Number(late), JSON.stringify(marks), endReason, leadId],
      );
  }

  /**
   * Makes a record due. One that waits already counts up; the more urgent priority wins.
   * @param notBeforeMs when it may be made: also of one that waits already
   */
  putDue(
    { patientNo, kind, source, priority, arrivedMs, trace = null }: NewDueRecord,
    nowMs: number,
    notBeforeMs: number,
  ): DueRecord {
    const row = this.#database
      .prepare(
        `INSERT INTO due_records (patient_no, kind, place, lane, arrived_ms, due_ms, not_before_ms, trace)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (patient_no, kind, place) DO UPDATE SET
           generation = generation + 1,
           lane = CASE WHEN excluded.lane = 'emergency' THEN 'emergency' ELSE lane END,
           arrived_ms = coalesce(excluded.arrived_ms, arrived_ms),
           not_before_ms = excluded.not_before_ms,
           trace = coalesce(excluded.trace, trace)
         RETURNING *`,
      )
      .get(patientNo, kind, source, priority, arrivedMs, nowMs, notBeforeMs, trace) as unknown as DueRow;
    return dueOf(row);
  }

  /** Makes the single values of many windows due in one statement: others wait meanwhile. @param sources windows, as `putDue` has them */
  putDetail(patientNo: number, sources: readonly string[], nowMs: number): void {
    this.#database
      .prepare(
        `INSERT INTO due_records (patient_no, kind, place, lane, due_ms)
         SELECT ?, 'detail', value, 'periodic', ? FROM json_each(?) WHERE true
         ON CONFLICT (patient_no, kind, place) DO UPDATE SET generation = generation + 1`,
      )
      .run(patientNo, nowMs, JSON.stringify(sources));
  }

  due(dueNo: number): DueRecord | undefined {
    const row = this.#database.prepare('SELECT * FROM due_records WHERE due_no = ?').get(dueNo) as
      DueRow | undefined;
    return row && dueOf(row);
  }

  dueAt(patientNo: number, kind: string, source: string): DueRecord | undefined {
    const row = this.#database
      .prepare('SELECT * FROM due_records WHERE patient_no = ? AND kind = ? AND place = ?')
      .get(patientNo, kind, source) as DueRow | undefined;
    return row && dueOf(row);
  }

  /** Single values of a patient's windows that are to be made. */
  dueDetail(patientNo: number): DueRecord[] {
    const rows = this.#database
      .prepare(`SELECT * FROM due_records WHERE patient_no = ? AND kind = 'detail' ORDER BY place DESC`)
      .all(patientNo);
    return (rows as unknown as DueRow[]).map(dueOf);
  }

  /** Patients with an emergency that is put off. */
  patientsWaiting(): number[] {
    const rows = this.#database
      .prepare(`SELECT DISTINCT patient_no FROM due_records WHERE not_before_ms > 0 AND lane = 'emergency'`)
      .all();
    return (rows as { patient_no: number }[]).map(({ patient_no }) => patient_no);
  }

  /** Emergencies of a patient that are put off although their episodes still last. */
  waitingEmergencies(patientNo: number): DueRecord[] {
    const rows = this.#database
      .prepare(
        `SELECT DISTINCT due_records.* FROM episodes JOIN due_records
           ON due_records.patient_no = episodes.patient_no AND kind = 'emergency' AND place = lead_id
         WHERE episodes.patient_no = ? AND status = 'open' AND not_before_ms > 0 AND lane = 'emergency'`,
      )
      .all(patientNo);
    return (rows as unknown as DueRow[]).map(dueOf);
  }

  /** Puts a record off no longer. */
  release(dueNo: number): DueRecord | undefined {
    const row = this.#database
      .prepare('UPDATE due_records SET not_before_ms = 0 WHERE due_no = ? RETURNING *')
      .get(dueNo) as DueRow | undefined;
    return row && dueOf(row);
  }

  /** Records that were put off until now, the oldest first: not any longer. */
  releaseDue(nowMs: number): DueRecord[] {
    const rows = this.#database
      .prepare(
        `UPDATE due_records SET not_before_ms = 0 WHERE not_before_ms > 0 AND not_before_ms <= ? RETURNING *`,
      )
      .all(nowMs);
    return (rows as unknown as DueRow[]).map(dueOf).sort((a, b) => a.dueNo - b.dueNo);
  }

  /** When the next record that is put off may be made. */
  nextReleaseMs(): number | undefined {
    const row = this.#database
      .prepare('SELECT min(not_before_ms) AS next FROM due_records WHERE not_before_ms > 0')
      .get() as { next: number | null };
    return row.next ?? undefined;
  }

  /** Records that are put off. */
  deferredCount(): number {
    const row = this.#database.prepare('SELECT count(*) AS n FROM due_records WHERE not_before_ms > 0').get();
    return Number(row?.['n']);
  }

  allDue(): DueRecord[] {
    const rows = this.#database.prepare('SELECT * FROM due_records ORDER BY due_no').all();
    return (rows as unknown as DueRow[]).map(dueOf);
  }

  dueCount(patientNo?: number): number {
    const row = (
      patientNo === undefined
        ? this.#database.prepare('SELECT count(*) AS n FROM due_records').get()
        : this.#database.prepare('SELECT count(*) AS n FROM due_records WHERE patient_no = ?').get(patientNo)
    ) as { n: number };
    return row.n;
  }

  /** False if something has happened since that generation: it stays due. */
  removeDue(dueNo: number, generation: number): boolean {
    const { changes } = this.#database
      .prepare('DELETE FROM due_records WHERE due_no = ? AND generation = ?')
      .run(dueNo, generation);
    return changes > 0;
  }
}

function episodeOf(row: EpisodeRow): Episode {
  return {
    episodeId: row.episode_id,
    leadId: row.lead_id,
    patientNo: row.patient_no,
    rule: row.rule,
    type: row.type,
    priority: row.priority,
    unconfirmed: row.unconfirmed !== 0,
    late: row.late !== 0,
    marks: JSON.parse(row.marks) as string[],
    status: row.status,
    startMs: row.start_ms,
    raisedMs: row.raised_ms,
    endMs: row.end_ms,
    endReason: row.end_reason,
    evidence: JSON.parse(row.evidence) as Evidence[],
    news2: row.news2 === null ? null : (JSON.parse(row.news2) as News2Score),
    arrivedMs: row.arrived_ms,
  };
}

function dueOf(row: DueRow): DueRecord {
  return {
    dueNo: row.due_no,
    patientNo: row.patient_no,
    kind: row.kind,
    source: row.place,
    priority: row.lane,
    generation: row.generation,
    arrivedMs: row.arrived_ms,
    notBeforeMs: row.not_before_ms,
    trace: row.trace,
  };
}
