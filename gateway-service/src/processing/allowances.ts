import type { Database } from '@careledger/service-kit';
import type { Priority } from './store.js';

const HOUR_MS = 60 * 60_000;

/** Records that one device may bring about in an hour: emergencies of now, and all others. Those beyond are made later. */
export type RecordsPerHour = Readonly<Record<Priority, number>>;

/** What a device brought about beyond its allowance. */
export interface OverAllowance {
  /** Records put off so far. */
  readonly deferred: number;
  /** When the last of them was. */
  readonly deferredMs: number;
}

interface Row {
  slot_hour: number;
  slot_used: number;
  direct_hour: number;
  deferred: number;
  deferred_ms: number | null;
}

const UNUSED: Row = { slot_hour: 0, slot_used: 0, direct_hour: 0, deferred: 0, deferred_ms: null };

/**
 * How many records each device has brought about, hour by hour of the gateway's clock. A record is worth as much work and
 * as much of the ledgers whatever it says, so that a device could bring down more than itself: one frame can touch 512
 * windows. What is beyond the allowance gets a slot in the next hour that has one; nothing is dropped. The first
 * emergency of an hour never waits. What writes must run within a transaction.
 */
export class Allowances {
  readonly #database: Database;
  readonly #perHour: RecordsPerHour;

  constructor(database: Database, perHour: RecordsPerHour) {
    this.#database = database;
    this.#perHour = perHour;
  }

  /** Takes one of this hour's slots, of the first of these devices that has one left. False if none has. */
  takeNow(deviceIds: readonly string[], priority: Priority, nowMs: number): boolean {
    return deviceIds.some((deviceId) => this.#takeNow(deviceId, priority, nowMs));
  }

  /**
   * Takes a slot in the next hour of this device that has one.
   * @returns when that hour begins, and whether it is the first time in this hour that the device needs a later one
   */
  takeLater(
    deviceId: string,
    priority: Priority,
    nowMs: number,
  ): { readonly notBeforeMs: number; readonly isFirst: boolean } {
    const row = this.#row(deviceId, priority, nowMs);
    const isFull = row.slot_hour === hourOf(nowMs) || row.slot_used >= this.#perHour[priority];
    const slot_hour = isFull ? row.slot_hour + 1 : row.slot_hour;
    const slot_used = isFull ? 1 : row.slot_used + 1;
    this.#put(deviceId, priority, {
      ...row,
      slot_hour,
      slot_used,
      deferred: row.deferred + 1,
      deferred_ms: nowMs,
    });
    const isFirst = row.deferred_ms === null || hourOf(row.deferred_ms) < hourOf(nowMs);
    return { notBeforeMs: slot_hour * HOUR_MS, isFirst };
  }

  /** Whether, and when last, a device went beyond its allowance. */
  overOf(deviceId: string): OverAllowance | undefined {
    const row = this.#database
      .prepare(
        'SELECT sum(deferred) AS deferred, max(deferred_ms) AS deferredMs FROM device_allowances WHERE device_id = ?',
      )
      .get(deviceId) as { deferred: number | null; deferredMs: number | null };
    const { deferred, deferredMs } = row;
    return deferred === null || deferredMs === null ? undefined : { deferred, deferredMs };
  }

  /** Records put off so far. */
  totals(): { readonly priority: Priority; readonly deferred: number }[] {
    const rows = this.#database
      .prepare('SELECT lane AS priority, sum(deferred) AS deferred FROM device_allowances GROUP BY lane')
      .all();
    return rows as unknown as { priority: Priority; deferred: number }[];
  }

  /** Devices that had a record put off since a time. */
  countOver(sinceMs: number): number {
    const row = this.#database
      .prepare('SELECT count(DISTINCT device_id) AS n FROM device_allowances WHERE deferred_ms >= ?')
      .get(sinceMs) as { n: number };
    return row.n;
  }

  #takeNow(deviceId: string, priority: Priority, nowMs: number): boolean {
    const hour = hourOf(nowMs);
    const row = this.#row(deviceId, priority, nowMs);
    const isRoom = row.slot_hour === hour && row.slot_used < this.#perHour[priority];
    // Those put off fill hours ahead; an emergency of an hour in which none was said yet does not wait behind them.
    const isFirst = priority === 'emergency' && row.direct_hour < hour;
    if (!isRoom && !isFirst) return false;
    const slot_used = isRoom ? row.slot_used + 1 : row.slot_used;
    this.#put(deviceId, priority, { ...row, slot_used, direct_hour: hour });
    return true;
  }

  /** As it stands at `nowMs`: slots of hours that are over are gone. */
  #row(deviceId: string, priority: Priority, nowMs: number): Row {
    const stored = this.#database
      .prepare(
        `SELECT slot_hour, slot_used, direct_hour, deferred, deferred_ms FROM device_allowances
         WHERE device_id = ? AND lane = ?`,
      )
      .get(deviceId, priority) as Row | undefined;
    const row = stored ?? UNUSED;
    const hour = hourOf(nowMs);
    return row.slot_hour < hour ? { ...row, slot_hour: hour, slot_used: 0 } : row;
  }

  #put(deviceId: string, priority: Priority, row: Row): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO device_allowances VALUES (?, ?, ?, ?, ?, ?, ?)')
      .run(deviceId, priority, row.slot_hour, row.slot_used, row.direct_hour, row.deferred, row.deferred_ms);
  }
}

const hourOf = (ms: number): number => Math.floor(ms / HOUR_MS);
