import type { Database } from '@careledger/service-kit';

export interface Head {
  readonly height: number;
  readonly hash: string;
}

/** What is anchored of a patient's chain, and what is on its way. */
export interface AnchorState {
  readonly anchored: Head | null;
  /** A statement whose fate is open: it goes again, byte for byte, before another is made. */
  readonly pending: (Head & { readonly statement: string }) | null;
  /** Why the ledger takes no more anchors of this chain, e.g. `CHAIN_FORKED`. */
  readonly fault: string | null;
  readonly anchoredMs: number | null;
}

interface Row {
  height: number | null;
  hash: string | null;
  next_height: number | null;
  next_hash: string | null;
  statement: string | null;
  fault: string | null;
  anchored_ms: number | null;
}

const NOTHING: AnchorState = { anchored: null, pending: null, fault: null, anchoredMs: null };

/** One row a patient. What writes must run within a transaction. */
export class AnchorStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  get(patientNo: number): AnchorState {
    const row = this.#database.prepare('SELECT * FROM anchors WHERE patient_no = ?').get(patientNo) as
      Row | undefined;
    if (row === undefined) return NOTHING;
    const { height, hash, next_height, next_hash, statement } = row;
    return {
      anchored: height === null || hash === null ? null : { height, hash },
      pending:
        next_height === null || next_hash === null || statement === null
          ? null
          : { height: next_height, hash: next_hash, statement },
      fault: row.fault,
      anchoredMs: row.anchored_ms,
    };
  }

  /** How many chains the ledger takes no more anchors of. */
  faultCount(): number {
    const row = this.#database.prepare('SELECT count(*) AS n FROM anchors WHERE fault IS NOT NULL').get();
    return Number(row?.['n']);
  }

  put(patientNo: number, { anchored, pending, fault, anchoredMs }: AnchorState): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO anchors VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
      .run(
        patientNo,
        anchored?.height ?? null,
        anchored?.hash ?? null,
        pending?.height ?? null,
        pending?.hash ?? null,
        pending?.statement ?? null,
        fault,
        anchoredMs,
      );
  }
}
