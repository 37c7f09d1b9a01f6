import type { Database } from '@careledger/service-kit';

/** One use of a permit. */
export interface Release {
  readonly requestSid: string;
  readonly permitTxId: string;
  readonly recordId: string;
  readonly version: number;
  readonly requester: string;
  readonly releasedAt: string;
}

const COLUMNS = `request_sid AS requestSid, permit_tx_id AS permitTxId, record_id AS recordId, version, requester,
  released_at AS releasedAt`;

/** Permits that were used, and the recipients' own receipts for what they got. */
export class ReleaseStore {
  constructor(readonly database: Database) {}

  /** Uses up a permit, on disk when this returns; false when it was used before. */
  use(release: Release): boolean {
    const { changes } = this.database.transaction(() =>
      this.database
        .prepare(
          `INSERT INTO releases (request_sid, permit_tx_id, record_id, version, requester, released_at)
           VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
        )
        .run(
          release.requestSid,
          release.permitTxId,
          release.recordId,
          release.version,
          release.requester,
          release.releasedAt,
        ),
    );
    return changes === 1;
  }

  /** Releases, newest first. @param before the last one of the page before */
  list(before: Pick<Release, 'releasedAt' | 'requestSid'> | undefined, limit: number): Release[] {
    const order = 'ORDER BY released_at DESC, request_sid DESC LIMIT ?';
    const rows =
      before === undefined
        ? this.database.prepare(`SELECT ${COLUMNS} FROM releases ${order}`).all(limit)
        : this.database
            .prepare(`SELECT ${COLUMNS} FROM releases WHERE (released_at, request_sid) < (?, ?) ${order}`)
            .all(before.releasedAt, before.requestSid, limit);
    return rows as unknown as Release[];
  }

  /** The release under a permit's transaction. */
  findByPermit(permitTxId: string): Release | undefined {
    return this.database.prepare(`SELECT ${COLUMNS} FROM releases WHERE permit_tx_id = ?`).get(permitTxId) as
      Release | undefined;
  }

  /** Keeps a recipient's receipt; the first one for a permit stays. */
  keepReceipt(permitTxId: string, receipt: string, receivedAt: string): void {
    this.database.transaction(() =>
      this.database
        .prepare('INSERT INTO recipient_receipts VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
        .run(permitTxId, receipt, receivedAt),
    );
  }
}
