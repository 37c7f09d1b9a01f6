import type { ConfigAt } from '@careledger/clinical';
import { timestampOf } from '@careledger/domain';
import type { Logger } from '@careledger/service-kit';
import { clinicalReadingRules } from '../ingest/index.js';
import type { Allowances } from './allowances.js';
import { allowanceFor, type PatientEvent } from './due-of-event.js';
import type { ProcessedFrame } from './reading-id.js';
import type { DueRecord, NewDueRecord, ProcessingStore } from './store.js';

export interface PutOffOptions {
  readonly store: ProcessingStore;
  readonly allowances: Allowances;
  readonly logger: Pick<Logger, 'warn'>;
}

/** A record that was made due, and the device that has just gone beyond its allowance with it. */
export interface PutRecord {
  readonly record: DueRecord;
  readonly overOf?: string;
}

/**
 * Records that become due, and those among them that are put off since a device brings about too many. What writes must
 * run within a transaction.
 */
export class PutOffRecords {
  readonly #options: PutOffOptions;
  /** Patients with an emergency that is put off. */
  readonly #waiting = new Set<number>();
  /** Devices of theirs with something urgent in the frames since the last write. */
  readonly #urgent = new Map<number, Set<string>>();
  #nextReleaseMs = 0;

  constructor(options: PutOffOptions) {
    this.#options = options;
    this.#findWaiting();
  }

  /**
   * Makes a record of an event due: at once if a device that brought it about has a slot in this hour, else in a later
   * one. Once due it is one record, whatever happens to it until it is made.
   */
  put(event: PatientEvent, wanted: NewDueRecord, nowMs: number): PutRecord {
    const { store, allowances } = this.#options;
    const { patientNo, kind, source } = wanted;
    const allowance = allowanceFor(event);
    const waiting = store.dueAt(patientNo, kind, source);
    const { deviceIds } = event;
    const [deviceId] = deviceIds;
    if (
      waiting?.notBeforeMs === 0 ||
      deviceId === undefined ||
      allowances.takeNow(deviceIds, allowance, nowMs)
    )
      return { record: store.putDue(wanted, nowMs, 0) };
    if (waiting !== undefined) return { record: store.putDue(wanted, nowMs, waiting.notBeforeMs) };
    const { notBeforeMs, isFirst } = allowances.takeLater(deviceId, allowance, nowMs);
    return { record: store.putDue(wanted, nowMs, notBeforeMs), ...(isFirst && { overOf: deviceId }) };
  }

  /**
   * An emergency that is put off because of one device, and that another one within its allowance sees too, is made now:
   * whoever raises false alarms does not hide a true one among them. At the next tick, with the cursor.
   */
  callUp(nowMs: number): DueRecord[] {
    const { store, allowances } = this.#options;
    const called: DueRecord[] = [];
    for (const [patientNo, deviceIds] of this.#urgent) {
      for (const { dueNo } of store.waitingEmergencies(patientNo)) {
        if (!allowances.takeNow([...deviceIds], 'emergency', nowMs)) continue;
        const released = store.release(dueNo);
        if (released !== undefined) called.push(released);
      }
    }
    return called;
  }

  /** The transaction of `put` and `callUp` was committed: what is put off is followed from now on. */
  committed(put: readonly PutRecord[]): void {
    this.#urgent.clear();
    for (const { record, overOf } of put) {
      if (record.notBeforeMs === 0) continue;
      this.#nextReleaseMs = Math.min(this.#nextReleaseMs, record.notBeforeMs);
      if (record.priority === 'emergency') this.#waiting.add(record.patientNo);
      if (overOf !== undefined) this.#reportOverAllowance(overOf, record);
    }
  }

  isReleaseDue(nowMs: number): boolean {
    return nowMs >= this.#nextReleaseMs;
  }

  /** Records whose hour has come; `released` follows the transaction. */
  release(nowMs: number): DueRecord[] {
    return this.#options.store.releaseDue(nowMs);
  }

  released(): void {
    this.#nextReleaseMs = this.#options.store.nextReleaseMs() ?? Number.POSITIVE_INFINITY;
    this.#waiting.clear();
    this.#findWaiting();
  }

  isWaiting(patientNo: number): boolean {
    return this.#waiting.has(patientNo);
  }

  /** Notes which devices have something urgent to say of a patient. */
  noteUrgent(patientNo: number, frames: readonly ProcessedFrame[], configAt: ConfigAt): void {
    for (const { deviceId, receivedMs, offsetMs, frame } of frames) {
      const arrival = { deviceId, receivedMs, offsetMs, configAt };
      if (!clinicalReadingRules.isPossiblyUrgent(frame.readings, arrival)) continue;
      const urgent = this.#urgent.get(patientNo) ?? new Set<string>();
      this.#urgent.set(patientNo, urgent.add(deviceId));
    }
  }

  #findWaiting(): void {
    for (const patientNo of this.#options.store.patientsWaiting()) this.#waiting.add(patientNo);
  }

  /** Once an hour, with the first record that is made later. */
  #reportOverAllowance(deviceId: string, { kind, notBeforeMs }: DueRecord): void {
    this.#options.logger.warn(
      { deviceId, kind, notBefore: timestampOf(notBeforeMs) },
      'a device brings about more records than it may in an hour: those beyond are made later',
    );
  }
}
