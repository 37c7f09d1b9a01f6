import type { ReleaseLookup, ReleaseLookupRequest } from '@careledger/protocol';
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

/** Where a page of releases ends. */
export type ReleasePlace = Pick<Release, 'releasedAt' | 'requestSid' | 'requester'>;
/** What a recipient says that it got: one transaction permits a version once a requester. */
export type Released = Pick<Release, 'permitTxId' | 'requester' | 'recordId' | 'version'>;

const COLUMNS = `request_sid AS requestSid, permit_tx_id AS permitTxId, record_id AS recordId, version, requester,
  released_at AS releasedAt`;

/** Permits that were used, and the recipients' own receipts for what they got. */
export class ReleaseStore {
  constructor(readonly database: Database) {}

  /** Uses up permits, on disk when this returns; false for one that was used before. */
  use(releases: readonly Release[]): boolean[] {
    if (releases.length === 0) return [];
    return this.database.transaction(() =>
      releases.map((release) => {
        const { changes } = this.database
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
          );
        return changes === 1;
      }),
    );
  }

  /** Releases, newest first. @param before the last one of the page before */
  list(before: ReleasePlace | undefined, limit: number): Release[] {
    const order = 'ORDER BY released_at DESC, request_sid DESC, requester DESC LIMIT ?';
    const rows =
      before === undefined
        ? this.database.prepare(`SELECT ${COLUMNS} FROM releases ${order}`).all(limit)
        : this.database
            .prepare(
              `SELECT ${COLUMNS} FROM releases WHERE (released_at, request_sid, requester) < (?, ?, ?) ${order}`,
            )
            .all(before.releasedAt, before.requestSid, before.requester, limit);
    return rows as unknown as Release[];
  }

  /** The release of a version under a permit of a transaction: to this requester, where there is one. */
  findByPermit({ permitTxId, requester, recordId, version }: Released): Release | undefined {
    return this.database
      .prepare(
        `SELECT ${COLUMNS} FROM releases WHERE permit_tx_id = ? AND record_id = ? AND version = ?
         ORDER BY requester = ? DESC LIMIT 1`,
      )
      .get(permitTxId, recordId, version, requester) as Release | undefined;
  }

  /** What was done under permits, in their order: nothing under those that are another patient's, or unknown here. */
  lookUp({ patientId, permits }: ReleaseLookupRequest): ReleaseLookup[] {
    const found = this.database.prepare(
      `SELECT released_at AS releasedAt, receipt
       FROM releases JOIN permits USING (permit_tx_id, requester, request_sid)
         LEFT JOIN recipient_receipts USING (permit_tx_id, requester, request_sid)
       WHERE permit_tx_id = ? AND requester = ? AND request_sid = ? AND patient_id = ?`,
    );
    return permits.map(
      ({ permitTxId, requester, requestSid }) =>
        (found.get(permitTxId, requester, requestSid, patientId) as ReleaseLookup | undefined) ?? {
          releasedAt: null,
          receipt: null,
        },
    );
  }

  /** Keeps recipients' receipts; the first one for a release stays. */
  keepReceipts(
    kept: readonly { readonly of: Release; readonly receipt: string }[],
    receivedAt: string,
  ): void {
    if (kept.length === 0) return;
    this.database.transaction(() => {
      for (const { of, receipt } of kept)
        this.database
          .prepare(
            `INSERT INTO recipient_receipts (permit_tx_id, requester, request_sid, receipt, received_at)
             VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
          )
          .run(of.permitTxId, of.requester, of.requestSid, receipt, receivedAt);
    });
  }
}
