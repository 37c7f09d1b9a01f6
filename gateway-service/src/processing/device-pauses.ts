import type { Span } from '@careledger/clinical';
import type { Database } from '@careledger/service-kit';
import type { Device } from '../devices/index.js';
import { PAUSES_IN_FORCE } from './limits.js';

interface PauseRow {
  from: number;
  until: number | null;
}

/**
 * When devices were suspended, or revoked, for good on record: nobody waits for them then, and their silence is no alarm.
 * What writes must run within a transaction.
 */
export class DevicePauses {
  readonly #database: Database;
  readonly #spans = new Map<string, readonly Span[]>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** Brings the record in line with what the device is. */
  follow({ deviceId, status, changedMs }: Pick<Device, 'deviceId' | 'status' | 'changedMs'>): void {
    const isPaused = this.#newest(deviceId).at(-1)?.until === null;
    if (isPaused === (status !== 'active')) return;
    if (isPaused)
      this.#database
        .prepare(
          'UPDATE device_pauses SET until_ms = max(from_ms, ?) WHERE device_id = ? AND until_ms IS NULL',
        )
        .run(changedMs, deviceId);
    else
      this.#database
        .prepare('INSERT INTO device_pauses (device_id, from_ms) VALUES (?, ?)')
        .run(deviceId, changedMs);
    this.#spans.delete(deviceId);
  }

  /** As the clinical rules take them: the newest, in order. The same list as before if nothing changed. */
  spansOf(deviceId: string): readonly Span[] {
    let spans = this.#spans.get(deviceId);
    if (spans === undefined) {
      spans = this.#newest(deviceId);
      this.#spans.set(deviceId, spans);
    }
    return spans;
  }

  #newest(deviceId: string): Span[] {
    const rows = this.#database
      .prepare(
        `SELECT from_ms AS "from", until_ms AS until FROM device_pauses WHERE device_id = ?
         ORDER BY from_ms DESC, pause_no DESC LIMIT ?`,
      )
      .all(deviceId, PAUSES_IN_FORCE) as unknown as PauseRow[];
    return rows.map(({ from, until }) => ({ from, until })).reverse();
  }
}
