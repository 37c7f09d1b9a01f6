import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  configAtOf,
  flush,
  noteRefusals,
  processFrames,
  tick,
  type FlaggedReading,
  type ProcessingResult,
  type Refusal,
} from '@careledger/clinical';
import type { Logger } from '@careledger/service-kit';
import type { GatewayCore } from '../core.js';
import type { Device } from '../devices/index.js';
import type { CommittedFrame } from '../ingest/index.js';
import type { Allowances } from './allowances.js';
import { DeviceFloods } from './device-floods.js';
import { applyEvent, raiserOf, traceEvent, type CalledAlarms, type PatientEvent } from './due-of-event.js';
import { CATCH_UP_FRAMES, PERSIST_AFTER_FRAMES, PERSIST_DELAY_MS, TICK_INTERVAL_MS } from './limits.js';
import { PatientStates, type PatientStatesOptions } from './patient-states.js';
import { Presence, type PresenceOptions } from './presence.js';
import { PutOffRecords, type PutRecord } from './put-off.js';
import { clinicalReadings, processedFrame, type ProcessedFrame } from './reading-id.js';
import type { DueRecord } from './store.js';
import type { SameReaders } from './told-together.js';

/** Where records go that became due: `delivery/pipeline.ts`. */
export interface DueQueue {
  /** Called in the turn in which they became due, after they were committed (not synced: sync before you send). */
  addDue(due: readonly DueRecord[]): void;
}

export interface ProcessorOptions extends Omit<PatientStatesOptions, 'core'>, Omit<PresenceOptions, 'core'> {
  readonly core: Pick<GatewayCore, 'frames' | 'store' | 'patients' | 'pipeline' | 'devices'>;
  readonly alarms: CalledAlarms;
  readonly readers: SameReaders;
  readonly allowances: Allowances;
  readonly queue: DueQueue;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
  /** The rules failed: only a restart can repair what is in memory. */
  readonly onFatal: (error: Error) => void;
}

/**
 * Runs the clinical rules over stored frames, in the order of their rows. Frames are processed in the turn in which they
 * become durable; states, flags, cursor and due records are written in one transaction, at once when anything came of
 * them. After a crash the frames behind the cursor are processed again, with the same outcome.
 */
export class Processor {
  readonly #options: ProcessorOptions;
  readonly #states: PatientStates;
  readonly #presence: Presence;
  readonly #putOff: PutOffRecords;
  readonly #floods: DeviceFloods;
  readonly #flags = new Map<number, FlaggedReading>();
  #events: PatientEvent[] = [];
  #progress: { rowId: number; frames: number; readings: number };
  #unsavedFrames = 0;
  #persistTimer: NodeJS.Timeout | undefined;
  #tickTimer: NodeJS.Timeout | undefined;
  #isLive = false;
  /** Devices of which a frame was refused since the last tick, and when the newest was. */
  readonly #refused = new Map<Device, number>();

  constructor(options: ProcessorOptions) {
    this.#options = options;
    this.#progress = { ...options.store.progress() };
    this.#floods = new DeviceFloods(options);
    this.#states = new PatientStates(options);
    this.#presence = new Presence(options);
    this.#putOff = new PutOffRecords(options);
  }

  /** Processes what an earlier run left, then follows the pipeline. */
  async start(): Promise<void> {
    const { core } = this.#options;
    core.pipeline.onFramesCommitted((frames) => this.#guard(() => this.#onCommitted(frames)));
    core.pipeline.onFrameRefused((device, receivedMs) => this.#refused.set(device, receivedMs));
    core.devices.onStatus((device) => this.#guard(() => this.#presence.follow(device)));
    // First of all: what comes after an absence is judged knowing of it.
    this.#states.tellAbsences(this.#presence.begin());
    while (this.#advance()) await nextTurn();
    this.#isLive = true;
    this.#states.configure((patientNo) => this.#close(patientNo));
    this.persist();
    this.#tickTimer = setInterval(() => this.#guard(() => this.tick()), TICK_INTERVAL_MS).unref();
  }

  /** What is in the states. */
  get progress(): { readonly rowId: number; readonly frames: number; readonly readings: number } {
    return this.#progress;
  }

  /** Of what a patient's rules have seen: later ones may be judged by other settings. */
  newestRuleTime(patientNo: number): number | null {
    return this.#states.known(patientNo)?.windows.newestT ?? null;
  }

  /** Closes windows by the wall clock, and hands out records that were put off until now. */
  tick(): void {
    const nowMs = this.#options.clock();
    this.#release(nowMs);
    this.#noteLife(nowMs);
    this.#noteRefused(nowMs);
    for (const [patientNo, state] of this.#states) {
      this.#states.describe(patientNo, Object.keys(state.config.devices));
      const result = tick(this.#states.of(patientNo), nowMs, this.#states.settingsOf(patientNo));
      if (result.events.length > 0) this.#take(patientNo, result, nowMs);
    }
    this.persist();
  }

  /** Closes a patient's open windows now. */
  flush(patientNo: number): void {
    while (this.#isLive && this.#advance());
    this.#close(patientNo);
    this.persist();
  }

  /** Writes down everything so far. */
  persist(): void {
    clearTimeout(this.#persistTimer);
    this.#persistTimer = undefined;
    if (this.#states.isSaved && this.#unsavedFrames === 0) return;
    const { core, clock, queue } = this.#options;
    let written: readonly [readonly PutRecord[], readonly DueRecord[]];
    try {
      written = core.store.deferred(() => this.#write(clock()));
    } catch (error) {
      // E.g. a full disk: all of it is still here, and frames are refused meanwhile.
      this.#reportStoreError(error);
      this.#persistLater();
      return;
    }
    const [put, called] = written;
    this.#flags.clear();
    this.#states.saved();
    this.#events = [];
    this.#unsavedFrames = 0;
    this.#putOff.committed(put);
    const ready = [...put.map(({ record }) => record), ...called].filter(
      ({ notBeforeMs }) => notBeforeMs === 0,
    );
    if (ready.length > 0) queue.addDue(ready);
  }

  /** Writes down what is left. Call before the store closes. */
  close(): void {
    clearInterval(this.#tickTimer);
    const wasLive = this.#isLive;
    this.#isLive = false;
    this.#guard(() => this.persist());
    if (wasLive) this.#guard(() => this.#presence.end());
  }

  /** Everything so far, within a transaction. Returns what became due, and what does not wait any more. */
  #write(nowMs: number): readonly [readonly PutRecord[], readonly DueRecord[]] {
    const { core, store } = this.#options;
    for (const flagged of this.#flags.values()) store.saveFlags(flagged);
    this.#states.save();
    store.setProgress(this.#progress);
    const put = this.#events.flatMap((event) => this.#apply(event, nowMs));
    for (const { record, overOf } of put) {
      if (overOf === undefined) continue;
      const { patientId, patientNo } = core.patients.byNo(record.patientNo);
      this.#floods.raise({ patientId, patientNo, deviceId: overOf }, nowMs);
    }
    return [put, this.#putOff.callUp(nowMs)];
  }

  /** Writes an event down and makes its records due. */
  #apply(event: PatientEvent, nowMs: number): PutRecord[] {
    const { store, alarms, readers } = this.#options;
    const wanted = applyEvent({ store, alarms, readers, nowMs }, event);
    return wanted.map((record) => this.#putOff.put(event, record, nowMs));
  }

  /** Closes a patient's open windows. */
  #close(patientNo: number): void {
    const flushed = flush(this.#states.of(patientNo), this.#states.settingsOf(patientNo));
    this.#take(patientNo, flushed, this.#options.clock());
  }

  #release(nowMs: number): void {
    if (!this.#putOff.isReleaseDue(nowMs)) return;
    const { core, queue } = this.#options;
    try {
      const due = core.store.deferred(() => this.#putOff.release(nowMs));
      this.#putOff.released();
      if (due.length > 0) queue.addDue(due);
    } catch (error) {
      this.#reportStoreError(error);
    }
  }

  #reportStoreError(err: unknown): void {
    this.#options.logger.error({ err }, 'the processing cannot be written; it is tried again');
  }

  #onCommitted(frames: readonly CommittedFrame[]): void {
    if (!this.#isLive) return;
    const first = frames[0];
    const last = frames.at(-1);
    if (first === undefined || last === undefined || last.rowId <= this.#progress.rowId) return;
    // An urgent group may be reported before the one ahead of it, whose frames are then on disk as well.
    const isNext = first.rowId === this.#progress.rowId + 1 && last.rowId - first.rowId === frames.length - 1;
    if (isNext) this.#process(frames.map(processedFrame), last.rowId);
    else while (this.#progress.rowId < last.rowId && this.#advance());
  }

  /** Processes the next page of stored frames; false when there is none. */
  #advance(): boolean {
    const { frames, lastRow } = this.#options.core.frames.framesAfter(this.#progress.rowId, CATCH_UP_FRAMES);
    if (lastRow === this.#progress.rowId) return false;
    this.#process(frames, lastRow);
    return true;
  }

  #process(frames: readonly ProcessedFrame[], lastRow: number): void {
    const byPatient = Map.groupBy(frames, ({ patientNo }) => patientNo);
    for (const [patientNo, own] of byPatient) {
      const readings = own.map(clinicalReadings);
      const arrivedMs = own.at(-1)?.receivedMs ?? this.#options.clock();
      this.#states.describe(patientNo, new Set(own.map(({ deviceId }) => deviceId)));
      const settings = this.#states.settingsOf(patientNo);
      const result = processFrames(this.#states.of(patientNo), readings, settings);
      this.#take(patientNo, result, arrivedMs, own);
      for (const { length } of readings) this.#progress.readings += length;
      if (!this.#mayWait(patientNo)) continue;
      this.#putOff.noteUrgent(patientNo, own, configAtOf(this.#states.of(patientNo).config, settings));
    }
    this.#progress.rowId = lastRow;
    this.#progress.frames += frames.length;
    this.#unsavedFrames += Math.max(frames.length, 1);
    if (this.#events.length > 0 || this.#unsavedFrames >= PERSIST_AFTER_FRAMES) this.persist();
    else this.#persistLater();
  }

  #persistLater(): void {
    this.#persistTimer ??= setTimeout(() => this.#guard(() => this.persist()), PERSIST_DELAY_MS).unref();
  }

  #take(
    patientNo: number,
    { state, events, causes, flagged }: ProcessingResult,
    arrivedMs: number,
    frames: readonly ProcessedFrame[] = [],
  ): void {
    this.#states.set(patientNo, state);
    for (const flag of flagged) this.#flags.set(flag.rowId, flag);
    for (const [index, event] of events.entries()) {
      const deviceIds = causes[index] ?? [];
      const raisedBy = raiserOf(event, frames);
      const trace = traceEvent(event, (raisedBy ?? frames.at(-1))?.trace ?? null);
      const arrived = raisedBy?.receivedMs ?? arrivedMs;
      this.#events.push({ patientNo, event, deviceIds, arrivedMs: arrived, trace });
    }
  }

  /** Whether an emergency of the patient's is put off, or may be in a moment. */
  #mayWait(patientNo: number): boolean {
    return (
      this.#putOff.isWaiting(patientNo) ||
      this.#events.some((known) => known.patientNo === patientNo && known.event.kind === 'episode-started')
    );
  }

  /** Notes now and then that the gateway is there, and tells the rules where it could not hear anybody although it ran. */
  #noteLife(nowMs: number): void {
    const stalled = this.#presence.note(
      nowMs,
      () => this.#floods.endQuiet(nowMs),
      (error) => this.#reportStoreError(error),
    );
    if (stalled !== undefined) this.#states.tellAbsences([stalled]);
  }

  #noteRefused(nowMs: number): void {
    if (this.#refused.size === 0) return;
    const byPatient = Map.groupBy(this.#refused, ([{ chain }]) => chain.patient.patientNo);
    this.#refused.clear();
    for (const [patientNo, refused] of byPatient) {
      const refusals = refused.map(([{ deviceId }, receivedAt]): Refusal => ({ deviceId, receivedAt }));
      const settings = this.#states.settingsOf(patientNo);
      this.#take(patientNo, noteRefusals(this.#states.of(patientNo), refusals, settings), nowMs);
    }
  }

  /** Listeners of the hot path must not throw. */
  #guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#options.onFatal(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
