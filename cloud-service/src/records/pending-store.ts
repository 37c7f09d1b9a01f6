import { GroupCommit, type Database } from '@careledger/service-kit';
import type { BlobStore } from '../blobs/blob-store.js';

/** A version whose author is checked, on its way to the ledger. */
export interface PendingVersion {
  /** What it is known by: of several for one version of a record, the ledger takes one. */
  readonly statementHash: string;
  readonly recordId: string;
  readonly version: number;
  readonly patientId: string;
  /** Who signed the statement. */
  readonly issuer: string;
  /** Organisation of the token that brought it. */
  readonly mspId: string;
  readonly statement: string;
  readonly manifest: string;
  readonly wrapSet: string;
  readonly wraps: readonly string[];
  /** When the wrap set's signer was current. */
  readonly acceptedAt: string;
  readonly ciphertextSha256: string;
  /** Of all of it. */
  readonly sizeBytes: number;
}

/** What one organisation may have on its way at once. */
export interface PendingQuota {
  readonly versionsMax: number;
  readonly bytesMax: number;
}

/** What the ledger and this provider say to a version, as it is settled. */
export interface Settlement {
  readonly txId: string;
  readonly blockNumber: number;
  readonly receipt: string;
  readonly acceptance: string;
}

const COLUMNS = `statement_hash AS statementHash, record_id AS recordId, version, patient_id AS patientId, issuer,
  msp_id AS mspId, statement, manifest, wrap_set AS wrapSet, wraps, accepted_at AS acceptedAt,
  ciphertext_sha256 AS ciphertextSha256, size_bytes AS sizeBytes`;
type Row = Omit<PendingVersion, 'wraps'> & { readonly wraps: string };

/** Versions before their transaction is known to be VALID: on disk before it is submitted. Those that come together are synced together. */
export class PendingStore {
  readonly #blobs: Pick<BlobStore, 'removeNow'>;
  readonly #commits: GroupCommit<() => unknown, unknown>;

  constructor(
    readonly database: Database,
    blobs: Pick<BlobStore, 'removeNow'>,
  ) {
    this.#blobs = blobs;
    this.#commits = new GroupCommit({ database, write: (work) => work() });
  }

  /** Of the statements that wait, the oldest first. */
  hashes(): string[] {
    const rows = this.database.prepare('SELECT statement_hash AS hash FROM pending ORDER BY rowid').all();
    return (rows as unknown as { hash: string }[]).map(({ hash }) => hash);
  }

  find(statementHash: string): PendingVersion | undefined {
    const row = this.database
      .prepare(`SELECT ${COLUMNS} FROM pending WHERE statement_hash = ?`)
      .get(statementHash) as Row | undefined;
    return row && { ...row, wraps: JSON.parse(row.wraps) as string[] };
  }

  /**
   * Keeps a version, on disk when this resolves; one that is kept already stays as it is. From here on its blob is
   * referred to, so this comes before the blob is written: whoever gives up another version with the same blob leaves it.
   * @returns false where the organisation has as much on its way as it may
   */
  keep(version: PendingVersion, quota: PendingQuota): Promise<boolean> {
    return this.#committed(() => {
      if (this.#has(version.statementHash)) return true;
      const { versions, bytes } = this.#onTheWay(version.mspId);
      if (versions + 1 > quota.versionsMax || bytes + version.sizeBytes > quota.bytesMax) return false;
      this.#insert(version);
      return true;
    });
  }

  /** Makes a pending version a held one, with the receipt that says so, on disk when this resolves; one that is held already stays as it is. */
  settle(statementHash: string, { txId, blockNumber, receipt, acceptance }: Settlement): Promise<void> {
    return this.#committed(() => {
      this.database
        .prepare(
          `INSERT INTO versions (record_id, version, patient_id, statement, manifest, wrap_set, wraps, wrap_seq,
             acceptance, ciphertext_sha256, tx_id, block_number, receipt)
           SELECT record_id, version, patient_id, statement, manifest, wrap_set, wraps, 1, ?, ciphertext_sha256, ?, ?, ?
           FROM pending WHERE statement_hash = ? ON CONFLICT (record_id, version) DO NOTHING`,
        )
        .run(acceptance, txId, blockNumber, receipt, statementHash);
      this.#delete(statementHash);
    });
  }

  /** Forgets a version that will not be stored, and its blob unless another version, held or pending, refers to it. */
  drop({
    statementHash,
    ciphertextSha256,
  }: Pick<PendingVersion, 'statementHash' | 'ciphertextSha256'>): void {
    this.database.transaction(() => {
      this.#delete(statementHash);
      this.#removeBlobUnlessReferred(ciphertextSha256);
    });
  }

  /**
   * Forgets what was on its way in the format of the first release, with its blobs: the ledger refuses those statements.
   * @returns what is gone, for the log
   */
  dropOutdated(): { readonly recordId: string; readonly version: number }[] {
    return this.database.transaction(() => {
      const rows = this.database
        .prepare('SELECT record_id AS recordId, version, ciphertext_sha256 AS hash FROM outdated_pending')
        .all() as unknown as { recordId: string; version: number; hash: string }[];
      this.database.exec('DELETE FROM outdated_pending');
      for (const { hash } of rows) this.#removeBlobUnlessReferred(hash);
      return rows.map(({ recordId, version }) => ({ recordId, version }));
    });
  }

  /** Resolves when everything that is held is on disk. */
  onDisk(): Promise<void> {
    return this.#commits.idle();
  }

  #committed<T>(write: () => T): Promise<T> {
    return this.#commits.add(write) as Promise<T>;
  }

  #has(statementHash: string): boolean {
    return (
      this.database.prepare('SELECT 1 FROM pending WHERE statement_hash = ?').get(statementHash) !== undefined
    );
  }

  #onTheWay(mspId: string): { versions: number; bytes: number } {
    return this.database
      .prepare(
        'SELECT count(*) AS versions, coalesce(sum(size_bytes), 0) AS bytes FROM pending WHERE msp_id = ?',
      )
      .get(mspId) as { versions: number; bytes: number };
  }

  #insert(version: PendingVersion): void {
    this.database
      .prepare(
        `INSERT INTO pending (statement_hash, record_id, version, patient_id, issuer, msp_id, statement, manifest,
           wrap_set, wraps, accepted_at, ciphertext_sha256, size_bytes)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        version.statementHash,
        version.recordId,
        version.version,
        version.patientId,
        version.issuer,
        version.mspId,
        version.statement,
        version.manifest,
        version.wrapSet,
        JSON.stringify(version.wraps),
        version.acceptedAt,
        version.ciphertextSha256,
        version.sizeBytes,
      );
  }

  #delete(statementHash: string): void {
    this.database.prepare('DELETE FROM pending WHERE statement_hash = ?').run(statementHash);
  }

  /**
   * Within the transaction that ends the last reference. A process that dies in between leaves a version without its blob,
   * which is given up at the next start.
   */
  #removeBlobUnlessReferred(hash: string): void {
    const referred = this.database
      .prepare(
        `SELECT 1 FROM versions WHERE ciphertext_sha256 = ?1 UNION ALL
         SELECT 1 FROM pending WHERE ciphertext_sha256 = ?1 LIMIT 1`,
      )
      .get(hash);
    if (referred === undefined) this.#blobs.removeNow(hash);
  }
}
