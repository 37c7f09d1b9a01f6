import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  clinicalConfig,
  configAtOf,
  flush,
  initialState,
  kindOfType,
  noteRefusals,
  processFrames,
  tick,
  withAbsences,
  withOverrides,
  MAX_ABSENCES,
  type ClinicalEvent,
  type ClinicalOverrides,
  type ClosedSpan,
  type DeviceDescription,
  type FlaggedReading,
  type PatientState,
  type ProcessingResult,
  type Refusal,
  type SettingsHistory,
} from '@careledger/clinical';
import { timestampOf } from '@careledger/domain';
import type { Logger } from '@careledger/service-kit';
import type { GatewayCore } from '../core.js';
import type { Device } from '../devices/index.js';
import { clinicalReadingRules, type CommittedFrame } from '../ingest/index.js';
import type { Allowances } from './allowances.js';
import {
  allowanceFor,
  applyEvent,
  traceEvent,
  type CalledAlarms,
  type PatientEvent,
} from './due-of-event.js';
import { DeviceFloods } from './device-floods.js';
import type { DevicePauses } from './device-pauses.js';
import type { GatewayLife } from './gateway-life.js';
import {
  ALIVE_INTERVAL_MS,
  CATCH_UP_FRAMES,
  PERSIST_AFTER_FRAMES,
  PERSIST_DELAY_MS,
  STALL_MS,
  TICK_INTERVAL_MS,
} from './limits.js';
import { clinicalReadings, rowOfReading, type ProcessedFrame } from './reading-id.js';
import type { DueRecord, NewDueRecord, ProcessingStore } from './store.js';
import type { SameReaders } from './told-together.js';

/** Where records go that became due: `delivery/pipeline.ts`. */
export interface DueQueue {
  /** Called in the turn in which they became due, after they were committed (not synced: sync before you send). */
  addDue(due: readonly DueRecord[]): void;
}

export interface ProcessorOptions {
  readonly core: Pick<GatewayCore, 'frames' | 'store' | 'patients' | 'pipeline' | 'devices'>;
  readonly store: ProcessingStore;
  readonly life: GatewayLife;
  readonly pauses: DevicePauses;
  readonly alarms: CalledAlarms;
  readonly readers: SameReaders;
  readonly overrides: ClinicalOverrides;
  /** Each patient's settings, in memory. */
  readonly settings: { of(patientNo: number): SettingsHistory };
  readonly allowances: Allowances;
  readonly clock: () => number;
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
  readonly #states = new Map<number, PatientState>();
  readonly #dirty = new Set<number>();
  readonly #flags = new Map<number, FlaggedReading>();
  #events: PatientEvent[] = [];
  /** Patients with an emergency that is put off. */
  readonly #waiting = new Set<number>();
  /** Devices of theirs with something urgent in the frames since the last write. */
  readonly #urgent = new Map<number, Set<string>>();
  #nextReleaseMs = 0;
  #progress: { rowId: number; frames: number; readings: number };
  #unsavedFrames = 0;
  #persistTimer: NodeJS.Timeout | undefined;
  #tickTimer: NodeJS.Timeout | undefined;
  #isLive = false;
  /** Devices of which a frame was refused since the last tick, and when the newest was. */
  readonly #refused = new Map<Device, number>();
  readonly #floods: DeviceFloods;
  #aliveMs = Number.NEGATIVE_INFINITY;
  /** The last tick: by the gateway's clock, and by one that nobody sets. */
  #ticked: { readonly nowMs: number; readonly monotonicMs: number } | undefined;

  constructor(options: ProcessorOptions) {
    this.#options = options;
    this.#progress = { ...options.store.progress() };
    this.#floods = new DeviceFloods(options);
    for (const patientNo of options.store.patients()) this.#stateOf(patientNo);
    for (const patientNo of options.store.patientsWaiting()) this.#waiting.add(patientNo);
  }

  /** Processes what an earlier run left, then follows the pipeline. */
  async start(): Promise<void> {
    const { core } = this.#options;
    core.pipeline.onFramesCommitted((frames) => this.#guard(() => this.#onCommitted(frames)));
    core.pipeline.onFrameRefused((device, receivedMs) => this.#refused.set(device, receivedMs));
    core.devices.onStatus((device) => this.#guard(() => this.#followStatus(device)));
    // First of all: what comes after an absence is judged knowing of it.
    this.#begin();
    while (this.#advance()) await nextTurn();
    this.#isLive = true;
    this.#applyOverrides();
    this.persist();
    this.#tickTimer = setInterval(() => this.#guard(() => this.tick()), TICK_INTERVAL_MS).unref();
  }

  /** What is in the states. */
  get progress(): { readonly rowId: number; readonly frames: number; readonly readings: number } {
    return this.#progress;
  }

  /** Of what a patient's rules have seen: later ones may be judged by other settings. */
  newestRuleTime(patientNo: number): number | null {
    return this.#states.get(patientNo)?.windows.newestT ?? null;
  }

  /** Closes windows by the wall clock, and hands out records that were put off until now. */
  tick(): void {
    const nowMs = this.#options.clock();
    this.#release(nowMs);
    this.#noteLife(nowMs);
    this.#noteRefused(nowMs);
    for (const [patientNo, state] of this.#states) {
      this.#describe(patientNo, Object.keys(state.config.devices));
      const result = tick(this.#stateOf(patientNo), nowMs, this.#settingsOf(patientNo));
      if (result.events.length > 0) this.#take(patientNo, result, nowMs);
    }
    this.persist();
  }

  /** Closes a patient's open windows now. */
  flush(patientNo: number): void {
    while (this.#isLive && this.#advance());
    const flushed = flush(this.#stateOf(patientNo), this.#settingsOf(patientNo));
    this.#take(patientNo, flushed, this.#options.clock());
    this.persist();
  }

  /** Writes down everything so far. */
  persist(): void {
    clearTimeout(this.#persistTimer);
    this.#persistTimer = undefined;
    if (this.#dirty.size === 0 && this.#unsavedFrames === 0) return;
    const { core, store, clock, queue } = this.#options;
    const nowMs = clock();
    let due: PutRecord[];
    let called: DueRecord[];
    try {
      [due, called] = core.store.deferred(() => {
        for (const flagged of this.#flags.values()) store.saveFlags(flagged);
        for (const patientNo of this.#dirty) store.saveState(patientNo, this.#stateOf(patientNo));
        store.setProgress(this.#progress);
        const put = this.#events.flatMap((event) => this.#apply(event, nowMs));
        for (const { record, overOf } of put) {
          if (overOf === undefined) continue;
          const { patientId, patientNo } = core.patients.byNo(record.patientNo);
          this.#floods.raise({ patientId, patientNo, deviceId: overOf }, nowMs);
        }
        return [put, this.#callUp(nowMs)];
      });
    } catch (error) {
      // E.g. a full disk: all of it is still here, and frames are refused meanwhile.
      this.#reportStoreError(error);
      this.#persistLater();
      return;
    }
    this.#flags.clear();
    this.#dirty.clear();
    this.#events = [];
    this.#urgent.clear();
    this.#unsavedFrames = 0;
    for (const { record, overOf } of due) {
      if (record.notBeforeMs === 0) continue;
      this.#nextReleaseMs = Math.min(this.#nextReleaseMs, record.notBeforeMs);
      if (record.priority === 'emergency') this.#waiting.add(record.patientNo);
      if (overOf !== undefined) this.#reportOverAllowance(overOf, record);
    }
    const ready = [...due.map(({ record }) => record), ...called].filter(
      ({ notBeforeMs }) => notBeforeMs === 0,
    );
    if (ready.length > 0) queue.addDue(ready);
  }

  /** Writes down what is left. Call before the store closes. */
  close(): void {
    const { core, life, clock } = this.#options;
    clearInterval(this.#tickTimer);
    const wasLive = this.#isLive;
    this.#isLive = false;
    this.#guard(() => this.persist());
    if (wasLive) this.#guard(() => core.store.transaction(() => life.stopped(clock())));
  }

  /** Writes an event down and makes its records due. */
  #apply(event: PatientEvent, nowMs: number): PutRecord[] {
    const { store, alarms, readers } = this.#options;
    const wanted = applyEvent({ store, alarms, readers, nowMs }, event);
    return wanted.map((record) => this.#putDue(event, record, nowMs));
  }

  /**
   * Makes a record of an event due: at once if a device that brought it about has a slot in this hour, else in a later
   * one. Once due it is one record, whatever happens to it until it is made.
   */
  #putDue(event: PatientEvent, wanted: NewDueRecord, nowMs: number): PutRecord {
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
  #callUp(nowMs: number): DueRecord[] {
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

  #release(nowMs: number): void {
    if (nowMs < this.#nextReleaseMs) return;
    const { core, store, queue } = this.#options;
    try {
      const due = core.store.deferred(() => store.releaseDue(nowMs));
      this.#nextReleaseMs = store.nextReleaseMs() ?? Number.POSITIVE_INFINITY;
      this.#waiting.clear();
      for (const patientNo of store.patientsWaiting()) this.#waiting.add(patientNo);
      if (due.length > 0) queue.addDue(due);
    } catch (error) {
      this.#reportStoreError(error);
    }
  }

  /** Once an hour, with the first record that is made later. */
  #reportOverAllowance(deviceId: string, { kind, notBeforeMs }: DueRecord): void {
    this.#options.logger.warn(
      { deviceId, kind, notBefore: timestampOf(notBeforeMs) },
      'a device brings about more records than it may in an hour: those beyond are made later',
    );
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
      this.#describe(patientNo, new Set(own.map(({ deviceId }) => deviceId)));
      const settings = this.#settingsOf(patientNo);
      const result = processFrames(this.#stateOf(patientNo), readings, settings);
      this.#take(patientNo, result, arrivedMs, own);
      for (const { length } of readings) this.#progress.readings += length;
      if (this.#mayWait(patientNo)) this.#noteUrgent(patientNo, own);
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
    if (state !== this.#states.get(patientNo)) {
      this.#states.set(patientNo, state);
      this.#dirty.add(patientNo);
    }
    for (const flag of flagged) this.#flags.set(flag.rowId, flag);
    for (const [index, event] of events.entries()) {
      const deviceIds = causes[index] ?? [];
      const raisedBy = raiserOf(event, frames);
      const trace = traceEvent(event, (raisedBy ?? frames.at(-1))?.trace ?? null);
      const arrived = raisedBy?.receivedMs ?? arrivedMs;
      this.#events.push({ patientNo, event, deviceIds, arrivedMs: arrived, trace });
    }
  }

  #mayWait(patientNo: number): boolean {
    return (
      this.#waiting.has(patientNo) ||
      this.#events.some((known) => known.patientNo === patientNo && known.event.kind === 'episode-started')
    );
  }

  #noteUrgent(patientNo: number, frames: readonly ProcessedFrame[]): void {
    const configAt = configAtOf(this.#stateOf(patientNo).config, this.#settingsOf(patientNo));
    for (const { deviceId, receivedMs, offsetMs, frame } of frames) {
      const arrival = { deviceId, receivedMs, offsetMs, configAt };
      if (!clinicalReadingRules.isPossiblyUrgent(frame.readings, arrival)) continue;
      const urgent = this.#urgent.get(patientNo) ?? new Set<string>();
      this.#urgent.set(patientNo, urgent.add(deviceId));
    }
  }

  #stateOf(patientNo: number): PatientState {
    let state = this.#states.get(patientNo);
    if (state === undefined) {
      const { core, store, overrides } = this.#options;
      state = store.state(patientNo) ?? initialState(core.patients.byNo(patientNo).patientId, overrides);
      this.#states.set(patientNo, state);
    }
    return state;
  }

  #settingsOf(patientNo: number): SettingsHistory {
    return this.#options.settings.of(patientNo);
  }

  /** Says to a patient's rules what these devices are, where that is new or has changed. */
  #describe(patientNo: number, deviceIds: Iterable<string>): void {
    const state = this.#stateOf(patientNo);
    const { devices } = state.config;
    let next = devices;
    for (const deviceId of deviceIds) {
      const description = this.#descriptionOf(deviceId);
      const known = devices[deviceId];
      if (description === undefined || isSame(known, description)) continue;
      next = { ...next, [deviceId]: { ...known, ...description } };
    }
    if (next === devices) return;
    this.#states.set(patientNo, withOverrides(state, { ...this.#options.overrides, devices: next }));
    this.#dirty.add(patientNo);
  }

  #descriptionOf(deviceId: string): DeviceDescription | undefined {
    const { core, pauses } = this.#options;
    const device = core.devices.find(deviceId);
    return device && { kind: kindOfType(device.type), notAwaited: pauses.spansOf(deviceId) };
  }

  /** Notes that the gateway is there again, and tells the rules when it was not. */
  #begin(): void {
    const { core, life, pauses, clock } = this.#options;
    const { read } = core.store;
    const last = read.frame(read.lastFrameRow());
    core.store.transaction(() => {
      life.begin(clock(), last?.receivedMs);
      for (const device of core.devices.list()) pauses.follow(device);
    });
    this.#tellAbsences(life.absences(MAX_ABSENCES));
  }

  #tellAbsences(absences: readonly ClosedSpan[]): void {
    const spans = absences.map(({ from, until }) => ({ from, until }));
    for (const [patientNo, state] of this.#states) {
      this.#states.set(patientNo, withAbsences(state, spans, this.#settingsOf(patientNo)));
      this.#dirty.add(patientNo);
    }
  }

  /** Notes now and then that the gateway is there, and where it could not hear anybody although it ran. */
  #noteLife(nowMs: number): void {
    const { core, life } = this.#options;
    const before = this.#ticked;
    const monotonicMs = performance.now();
    this.#ticked = { nowMs, monotonicMs };
    const isStalled = before !== undefined && monotonicMs - before.monotonicMs > STALL_MS;
    if (!isStalled && nowMs - this.#aliveMs < ALIVE_INTERVAL_MS) return;
    try {
      core.store.deferred(() => {
        this.#floods.endQuiet(nowMs);
        life.alive(nowMs);
        if (isStalled && before.nowMs < nowMs)
          life.record({ from: before.nowMs, until: nowMs, cause: 'stalled' });
      });
      this.#aliveMs = nowMs;
    } catch (error) {
      this.#reportStoreError(error);
    }
    if (isStalled && before.nowMs < nowMs) this.#tellAbsences([{ from: before.nowMs, until: nowMs }]);
  }

  /** A device that is suspended is not waited for. */
  #followStatus(device: Device): void {
    const { core, pauses } = this.#options;
    core.store.transaction(() => pauses.follow(device));
  }

  #noteRefused(nowMs: number): void {
    if (this.#refused.size === 0) return;
    const byPatient = Map.groupBy(this.#refused, ([{ chain }]) => chain.patient.patientNo);
    this.#refused.clear();
    for (const [patientNo, refused] of byPatient) {
      const refusals = refused.map(([{ deviceId }, receivedAt]): Refusal => ({ deviceId, receivedAt }));
      this.#take(
        patientNo,
        noteRefusals(this.#stateOf(patientNo), refusals, this.#settingsOf(patientNo)),
        nowMs,
      );
    }
  }

  /** Thresholds and period as configured now. A changed period begins with windows that are closed. */
  #applyOverrides(): void {
    const { clock } = this.#options;
    for (const [patientNo, state] of this.#states) {
      const overrides = { ...this.#options.overrides, devices: state.config.devices };
      const wanted = clinicalConfig(overrides);
      if (JSON.stringify(state.config) === JSON.stringify(wanted)) continue;
      if (state.config.windowMs !== wanted.windowMs)
        this.#take(patientNo, flush(state, this.#settingsOf(patientNo)), clock());
      this.#states.set(patientNo, withOverrides(this.#stateOf(patientNo), overrides));
      this.#dirty.add(patientNo);
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

/** Whether the rules know that of a device. */
const isSame = (known: DeviceDescription | undefined, description: DeviceDescription): boolean =>
  known?.kind === description.kind &&
  JSON.stringify(known?.notAwaited ?? []) === JSON.stringify(description.notAwaited);

/** A record that was made due, and the device that has just gone beyond its allowance with it. */
interface PutRecord {
  readonly record: DueRecord;
  readonly overOf?: string;
}

/** The newest frame that an emergency rests on. */
function raiserOf(event: ClinicalEvent, frames: readonly ProcessedFrame[]): ProcessedFrame | undefined {
  if (event.kind !== 'episode-started' && event.kind !== 'episode-escalated') return undefined;
  const rows = new Set(event.evidence.map(({ rowId }) => rowOfReading(rowId)));
  return frames.findLast(({ rowId }) => rows.has(rowId));
}

function processedFrame(committed: CommittedFrame): ProcessedFrame {
  const { rowId, patientNo, device, receivedMs, offsetMs, frame, trace } = committed;
  return { rowId, patientNo, deviceId: device.deviceId, receivedMs, offsetMs, frame, trace };
}
