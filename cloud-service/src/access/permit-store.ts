import type { AccessState } from '@careledger/contracts';
import type { Database } from '@careledger/service-kit';
import type { PermitName } from './arrivals.js';

/** Permits to this provider that its peer has told of: the record of what it was allowed to release, and when. */
export class PermitStore {
  constructor(readonly database: Database) {}

  /**
   * Notes permits, each once. Not synced: after a power failure its event comes again, too late to be released.
   * @param arrivedAt null for one that was met later than it came
   */
  note(accesses: readonly AccessState[], blockNumber: bigint, arrivedAt: string | null): void {
    this.database.deferred(() => {
      for (const access of accesses)
        this.database
          .prepare(
            `INSERT INTO permits (permit_tx_id, request_sid, patient_id, record_id, version, requester,
               through_provider_id, block_number, arrived_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
          )
          .run(
            access.txId,
            access.requestSid,
            access.patientId,
            access.recordId,
            access.version ?? 0,
            access.requester,
            access.throughProviderId ?? '',
            String(blockNumber),
            arrivedAt,
          );
    });
  }

  /** Whether the peer has told of a permit, now or at any time before. */
  has({ permitTxId, requester, requestSid }: PermitName): boolean {
    return (
      this.database
        .prepare('SELECT 1 FROM permits WHERE permit_tx_id = ? AND requester = ? AND request_sid = ?')
        .get(permitTxId, requester, requestSid) !== undefined
    );
  }
}
