import type { RecoveryState } from '@careledger/contracts';
import type { ChannelName } from '@careledger/domain';
import type { Database } from '@careledger/service-kit';

/** A recovery of a patient's consent key, as one channel has it. */
export interface HeardRecovery {
  readonly channel: ChannelName;
  readonly recovery: RecoveryState;
  /** When this gateway heard of it as it is now. */
  readonly heardMs: number;
}

/** A key that took over on `authorities`, and what proves that: two organisations' words and its own. */
export interface Takeover {
  /** Raw Ed25519, base64url. */
  readonly newKey: string;
  readonly statements: readonly string[];
  readonly heardMs: number;
}

/**
 * What this gateway has heard of recoveries: of each organisation and channel the last one, and every takeover, until the
 * chain has it and after. What writes must run within a transaction.
 */
export class RecoveryStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** What a channel lists, in the place of what it listed before. @returns those that have changed */
  replace(
    patientNo: number,
    channel: ChannelName,
    listed: readonly RecoveryState[],
    nowMs: number,
  ): RecoveryState[] {
    const before = this.of(patientNo).filter((heard) => heard.channel === channel);
    for (const { recovery } of before)
      if (!listed.some(({ openedBy }) => openedBy === recovery.openedBy))
        this.#database
          .prepare('DELETE FROM recoveries WHERE patient_no = ? AND channel = ? AND opened_by = ?')
          .run(patientNo, channel, recovery.openedBy);
    const known = new Set(before.map(({ recovery }) => JSON.stringify(recovery)));
    const changed = listed.filter((recovery) => !known.has(JSON.stringify(recovery)));
    for (const recovery of changed) {
      this.#database
        .prepare('INSERT OR REPLACE INTO recoveries VALUES (?, ?, ?, ?, ?)')
        .run(patientNo, channel, recovery.openedBy, JSON.stringify(recovery), nowMs);
      if (channel === 'authorities' && recovery.tookOverAt !== undefined)
        this.#database
          .prepare('INSERT OR IGNORE INTO takeovers VALUES (?, ?, ?, ?, ?, 0)')
          .run(
            ...[patientNo, recovery.newKey, JSON.stringify(recovery.statements)],
            ...[Date.parse(recovery.tookOverAt), nowMs],
          );
    }
    return changed;
  }

  /** Of each channel and organisation the last one. */
  of(patientNo: number): HeardRecovery[] {
    const rows = this.#database
      .prepare(
        `SELECT channel, recovery, heard_ms AS heardMs FROM recoveries
         WHERE patient_no = ? ORDER BY channel, opened_by`,
      )
      .all(patientNo) as { channel: ChannelName; recovery: string; heardMs: number }[];
    return rows.map((row) => ({ ...row, recovery: JSON.parse(row.recovery) as RecoveryState }));
  }

  /** The oldest one that the patient's chain does not have. */
  unsealed(patientNo: number): Takeover | undefined {
    return this.#takeover('patient_no = ? AND NOT is_sealed ORDER BY took_over_ms LIMIT 1', patientNo);
  }

  /** The last one, in the chain or not. */
  latest(patientNo: number): Takeover | undefined {
    return this.#takeover('patient_no = ? ORDER BY took_over_ms DESC LIMIT 1', patientNo);
  }

  /** The chain has it. */
  sealed(patientNo: number, newKey: string): void {
    this.#database
      .prepare('UPDATE takeovers SET is_sealed = 1 WHERE patient_no = ? AND new_key = ?')
      .run(patientNo, newKey);
  }

  #takeover(where: string, patientNo: number): Takeover | undefined {
    const row = this.#database
      .prepare(`SELECT new_key AS newKey, statements, heard_ms AS heardMs FROM takeovers WHERE ${where}`)
      .get(patientNo) as { newKey: string; statements: string; heardMs: number } | undefined;
    return row && { ...row, statements: JSON.parse(row.statements) as string[] };
  }
}
