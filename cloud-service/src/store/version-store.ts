import type { Database } from '@careledger/service-kit';

/** A version of a record as this provider holds it; the ciphertext lies in the blob store. */
export interface HeldVersion {
  readonly recordId: string;
  readonly version: number;
  readonly patientId: string;
  readonly statement: string;
  readonly manifest: string;
  readonly wrapSet: string;
  readonly wrapSeq: number;
  readonly ciphertextSha256: string;
  /** Present once the transaction that stored it is VALID. */
  readonly receipt: string | null;
  readonly txId: string | null;
  readonly blockNumber: number | null;
}

const COLUMNS = `record_id AS recordId, version, patient_id AS patientId, statement, manifest, wrap_set AS wrapSet,
  wrap_seq AS wrapSeq, ciphertext_sha256 AS ciphertextSha256, receipt, tx_id AS txId, block_number AS blockNumber`;

/** What is durable here: a version before its transaction is submitted, its receipt before it is handed out. */
export class VersionStore {
  constructor(readonly database: Database) {}

  find(recordId: string, version: number): HeldVersion | undefined {
    const row = this.database
      .prepare(`SELECT ${COLUMNS} FROM versions WHERE record_id = ? AND version = ?`)
      .get(recordId, version);
    return row as HeldVersion | undefined;
  }

  /** Versions whose transaction has no known end: a crash came between. */
  pending(): HeldVersion[] {
    return this.database
      .prepare(`SELECT ${COLUMNS} FROM versions WHERE receipt IS NULL ORDER BY rowid`)
      .all() as unknown as HeldVersion[];
  }

  /** Keeps a version that is to be submitted; replaces one that never got a receipt. */
  keep(version: Omit<HeldVersion, 'receipt' | 'txId' | 'blockNumber'>): void {
    this.database.transaction(() =>
      this.database
        .prepare(
          `INSERT INTO versions (record_id, version, patient_id, statement, manifest, wrap_set, wrap_seq, ciphertext_sha256)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (record_id, version) DO UPDATE SET patient_id = excluded.patient_id,
             statement = excluded.statement, manifest = excluded.manifest, wrap_set = excluded.wrap_set,
             wrap_seq = excluded.wrap_seq, ciphertext_sha256 = excluded.ciphertext_sha256
           WHERE receipt IS NULL`,
        )
        .run(
          version.recordId,
          version.version,
          version.patientId,
          version.statement,
          version.manifest,
          version.wrapSet,
          version.wrapSeq,
          version.ciphertextSha256,
        ),
    );
  }

  /** Notes that a version's transaction is VALID, together with the receipt that says so. */
  settle(
    recordId: string,
    version: number,
    stored: { txId: string; blockNumber: number; receipt: string },
  ): void {
    this.database.transaction(() =>
      this.database
        .prepare(
          'UPDATE versions SET tx_id = ?, block_number = ?, receipt = ? WHERE record_id = ? AND version = ?',
        )
        .run(stored.txId, stored.blockNumber, stored.receipt, recordId, version),
    );
  }

  /** Forgets a version that the ledger refused. */
  drop(recordId: string, version: number): void {
    this.database.transaction(() =>
      this.database
        .prepare('DELETE FROM versions WHERE record_id = ? AND version = ? AND receipt IS NULL')
        .run(recordId, version),
    );
  }

  /** Replaces the wrap set by one with a higher sequence number; false when there is none to replace. */
  replaceWraps(recordId: string, version: number, wrapSet: string, wrapSeq: number): boolean {
    const { changes } = this.database.transaction(() =>
      this.database
        .prepare(
          'UPDATE versions SET wrap_set = ?, wrap_seq = ? WHERE record_id = ? AND version = ? AND wrap_seq < ?',
        )
        .run(wrapSet, wrapSeq, recordId, version, wrapSeq),
    );
    return changes === 1;
  }
}
