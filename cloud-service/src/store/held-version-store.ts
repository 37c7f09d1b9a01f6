import type { Database } from '@careledger/service-kit';
import { WrapDutyStore } from './wrap-duty-store.js';

/** A version of a record as this provider holds it; the ciphertext lies in the blob store. */
export interface HeldVersion {
  readonly recordId: string;
  readonly version: number;
  readonly patientId: string;
  readonly statement: string;
  readonly manifest: string;
  readonly wrapSet: string;
  /** Compact JWEs in the order of the set; null where the set is of the first form, which had them within. */
  readonly wraps: readonly string[] | null;
  /** This provider's word for the set; null with `wraps`. */
  readonly acceptance: string | null;
  readonly ciphertextSha256: string;
  readonly receipt: string;
  readonly txId: string;
  readonly blockNumber: number;
}

/** What a version's wraps are replaced by. */
export interface NewWraps {
  readonly wrapSet: string;
  readonly wraps: readonly string[];
  readonly acceptance: string;
}

const COLUMNS = `record_id AS recordId, version, patient_id AS patientId, statement, manifest, wrap_set AS wrapSet,
  wraps, acceptance, ciphertext_sha256 AS ciphertextSha256, receipt, tx_id AS txId, block_number AS blockNumber`;

/** Versions that the ledger has and this provider signed for. */
export class HeldVersionStore {
  readonly #duties: WrapDutyStore;

  constructor(readonly database: Database) {
    this.#duties = new WrapDutyStore(database);
  }

  find(recordId: string, version: number): HeldVersion | undefined {
    const row = this.database
      .prepare(`SELECT ${COLUMNS} FROM versions WHERE record_id = ? AND version = ?`)
      .get(recordId, version) as Row | undefined;
    return row && heldOf(row);
  }

  /** A page of a patient's, in the order of their names, after one of them. */
  ofPatient(
    patientId: string,
    after: Pick<HeldVersion, 'recordId' | 'version'> | undefined,
    limit: number,
  ): HeldVersion[] {
    const { recordId, version } = after ?? { recordId: '', version: 0 };
    const rows = this.database
      .prepare(
        `SELECT ${COLUMNS} FROM versions WHERE patient_id = ? AND (record_id, version) > (?, ?)
         ORDER BY record_id, version LIMIT ?`,
      )
      .all(patientId, recordId, version, limit) as unknown as Row[];
    return rows.map(heldOf);
  }

  /** Versions of a patient's that are on their way to the ledger, with what is looked at of them. */
  onTheWay(patientId: string): VersionOnTheWay[] {
    const rows = this.database
      .prepare('SELECT statement, manifest, wrap_set AS wrapSet, wraps FROM pending WHERE patient_id = ?')
      .all(patientId) as unknown as (Omit<VersionOnTheWay, 'wraps'> & { readonly wraps: string })[];
    return rows.map((row) => ({ ...row, wraps: JSON.parse(row.wraps) as string[] }));
  }

  /**
   * Replaces the set that has this number by the next one; false when another one came first. That wraps were deleted is
   * to be attested from then on, whatever becomes of the process.
   */
  replaceWraps(
    { recordId, version, patientId }: Pick<HeldVersion, 'recordId' | 'version' | 'patientId'>,
    seq: number,
    { wrapSet, wraps, acceptance }: NewWraps,
  ): boolean {
    return this.database.transaction(() => {
      const { changes } = this.database
        .prepare(
          `UPDATE versions SET wrap_set = ?, wraps = ?, acceptance = ?, wrap_seq = ?
           WHERE record_id = ? AND version = ? AND wrap_seq = ?`,
        )
        .run(wrapSet, JSON.stringify(wraps), acceptance, seq + 1, recordId, version, seq);
      if (changes === 1) this.#duties.note(patientId);
      return changes === 1;
    });
  }
}

type VersionOnTheWay = Pick<HeldVersion, 'statement' | 'manifest' | 'wrapSet' | 'wraps'>;
type Row = Omit<HeldVersion, 'wraps'> & { readonly wraps: string | null };
const heldOf = (row: Row): HeldVersion => ({
  ...row,
  wraps: row.wraps === null ? null : (JSON.parse(row.wraps) as string[]),
});
