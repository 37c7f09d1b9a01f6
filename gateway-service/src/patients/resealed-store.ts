import { sha256Hex, utf8 } from '@careledger/crypto';
import type { Database } from '@careledger/service-kit';

/** What was sealed to a former key of a patient's, sealed to a later one. */
export interface Resealed {
  /** SHA-256 of what lies on the ledger, lower-case hexadecimal. */
  readonly sealedSha256: string;
  /** What it is: the sealed blob's own context. */
  readonly context: string;
  readonly sealed: string;
}

/**
 * What ledgers keep sealed to keys that patients have no more: a ledger forgets nothing, and a key has to. What writes
 * must run within a transaction.
 */
export class ResealedStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  put(patientNo: number, { sealedSha256, context, sealed }: Resealed): void {
    this.#database
      .prepare(
        'INSERT OR REPLACE INTO resealed (patient_no, sealed_sha256, context, sealed) VALUES (?, ?, ?, ?)',
      )
      .run(patientNo, sealedSha256, context, sealed);
  }

  /** What stands here for a blob; undefined where none was sealed anew. */
  find(patientNo: number, sealed: string): string | undefined {
    const row = this.#database
      .prepare('SELECT sealed FROM resealed WHERE patient_no = ? AND sealed_sha256 = ?')
      .get(patientNo, resealedId(sealed)) as { sealed: string } | undefined;
    return row?.sealed;
  }

  all(patientNo: number): Resealed[] {
    const rows = this.#database
      .prepare(
        'SELECT sealed_sha256 AS sealedSha256, context, sealed FROM resealed WHERE patient_no = ? ORDER BY sealed_sha256',
      )
      .all(patientNo);
    return rows as unknown as Resealed[];
  }
}

/** By which a blob is found here. */
export const resealedId = (sealed: string): string => sha256Hex(utf8(sealed));
