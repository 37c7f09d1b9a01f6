import type { Store } from '../store/store.js';

/** How far what was announced of a patient before the grant is looked through, newest first. */
export interface Backlog {
  readonly patientId: string;
  /** Ids of the grants that let a copy be kept, in force when it was begun. */
  readonly grantIds: readonly string[];
  /** Of the denials that had ended by then. */
  readonly endedDenialIds: readonly string[];
  /** What begins then or later is looked through; null: nothing. */
  readonly beforeMs: number | null;
  /** How much time is looked through next. */
  readonly spanMs: number;
  readonly isDone: boolean;
}

interface BacklogRow extends Pick<Backlog, 'patientId' | 'beforeMs' | 'spanMs'> {
  readonly grants: string;
  readonly denials: string;
  readonly done: number;
}

/** Backlogs on disk. Writing only within `store.commit`. */
export class BacklogStore {
  constructor(readonly store: Store) {}

  find(of: string): Backlog | undefined {
    const row = this.store.get<BacklogRow>(
      `SELECT patient_id AS patientId, grants, denials, before_ms AS beforeMs, span_ms AS spanMs, done
       FROM copy_backlogs WHERE patient_id = ?`,
      of,
    );
    if (row === undefined) return undefined;
    const { grants, denials, done, ...place } = row;
    return {
      ...place,
      grantIds: JSON.parse(grants) as string[],
      endedDenialIds: JSON.parse(denials) as string[],
      isDone: done === 1,
    };
  }

  put({ patientId, grantIds, endedDenialIds, beforeMs, spanMs, isDone }: Backlog): void {
    this.store.run(
      'INSERT OR REPLACE INTO copy_backlogs (patient_id, grants, denials, before_ms, span_ms, done) VALUES (?, ?, ?, ?, ?, ?)',
      ...[
        patientId,
        JSON.stringify(grantIds),
        JSON.stringify(endedDenialIds),
        beforeMs,
        spanMs,
        Number(isDone),
      ],
    );
  }
}
