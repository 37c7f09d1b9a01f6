import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  CGM_REPORT_MS,
  cgmReport,
  changedCodes,
  dayCompletedBy,
  isContinuous,
  isExcluded,
  kindOfType,
  massOf,
  sensorOf,
  sharedSensor,
  summarise,
  type CgmReport,
  type SettingsHistory,
  type WindowReading,
  type WindowSummary,
} from '@careledger/clinical';
import { timestampOf } from '@careledger/domain';
import {
  emergencyBundle,
  periodicBundle,
  type Bundle,
  type ChainPosition,
  type DeviceDescription,
  type DeviceEvidence,
  type EmergencyAlarm,
} from '@careledger/fhir';
import { measuredMs, type StoredFrameView } from '../chain/index.js';
import type { GatewayCore } from '../core.js';
import type { Patient } from '../patients/index.js';
import {
  indexOfReading,
  measurementOf,
  rowOfReading,
  windowOfSource,
  type Episode,
  type ProcessingStore,
} from '../processing/index.js';

/** Frames read before others have their turn: a window of a bedside monitor holds thousands. */
export const FRAMES_PER_TURN = 64;

/** A record's content, before it is sealed. */
export interface RecordContent {
  readonly bundle: Bundle;
  readonly period: { readonly start: string; readonly end: string };
  /** Of periodic records. */
  readonly summary: WindowSummary | null;
}

export interface ContentSource {
  readonly core: Pick<GatewayCore, 'frames' | 'devices' | 'store'>;
  readonly processing: ProcessingStore;
  /** Each patient's settings: a record names those that shaped it. */
  readonly settings: { of(patientNo: number): SettingsHistory };
  readonly gatewayId: string;
}

/**
 * The aggregates of a window. Undefined when there is nothing to say: no plausible reading, or no change since
 * `previous`.
 */
export async function periodicContent(
  { core, processing, settings, gatewayId }: ContentSource,
  patient: Patient,
  {
    source,
    previous,
    recordedAtMs,
  }: { readonly source: string; readonly previous: WindowSummary | null; readonly recordedAtMs: number },
): Promise<RecordContent | undefined> {
  const { startMs, endMs } = windowOfSource(source);
  const stored = { core, processing, settings };
  const { readings, height } = await readingsBetween(stored, patient, startMs, endMs);
  const summary = summarise(readings, endMs);
  if (summary.codes.length === 0 || changedCodes(previous, summary).length === 0) return undefined;
  const hasSensor = summary.codes.some(({ timeInRange }) => timeInRange !== null);
  const dayEndMs = hasSensor ? dayCompletedBy(startMs, endMs) : undefined;
  const report = dayEndMs === undefined ? undefined : await reportOf(stored, patient, dayEndMs);
  const deviceIds = new Set(summary.codes.flatMap((code) => code.deviceIds));
  if (report !== undefined) deviceIds.add(report.report.deviceId);
  const bundle = periodicBundle({
    patientId: patient.patientId,
    gatewayId,
    devices: descriptionsOf(core, deviceIds),
    recordedAtMs,
    chain: positionOf(core, patient, height),
    settings: settings.of(patient.patientNo).between(startMs, endMs),
    windowStart: startMs,
    windowEnd: endMs,
    summary,
    report,
    isRevision: previous !== null,
  });
  return { bundle, period: { start: timestampOf(startMs), end: timestampOf(endMs) }, summary };
}

/** What the store holds of a span, half-open, and the height of the newest block that it lies in; -1 where there is none. */
async function readingsBetween(
  { core, processing, settings }: Omit<ContentSource, 'gatewayId'>,
  patient: Patient,
  startMs: number,
  endMs: number,
): Promise<{ readings: WindowReading[]; height: number }> {
  const readings: WindowReading[] = [];
  const isMonitor = ofContinuousMonitors(core);
  const history = settings.of(patient.patientNo);
  let height = -1;
  let frames = 0;
  for (const view of core.frames.framesBetween(patient.chain, startMs, endMs)) {
    const about = isMonitor(view.deviceId) ? { isContinuous: true } : {};
    const within = readingsWithin(view, { startMs, endMs }, processing.flagsOfRow(view.rowId));
    for (const each of within) {
      const inForce = history.at(each.t);
      const sensorId = inForce && sharedSensor(inForce, view.deviceId);
      readings.push({ ...each, ...about, ...(sensorId !== undefined && { sensorId }) });
    }
    height = Math.max(height, view.height);
    frames += 1;
    if (frames % FRAMES_PER_TURN === 0) await nextTurn();
  }
  return { readings, height };
}

/** The continuous monitor's report of the 14 days that end with a day; undefined where it measured too little. */
async function reportOf(
  stored: Omit<ContentSource, 'gatewayId'>,
  patient: Patient,
  endMs: number,
): Promise<{ report: CgmReport; endMs: number } | undefined> {
  const { readings } = await readingsBetween(stored, patient, endMs - CGM_REPORT_MS, endMs);
  const ofSensors = readings
    .filter((reading) => reading.plausible && isContinuous(reading))
    .map((reading) => ({
      ...reading,
      deviceId: sensorOf(reading),
      value: massOf(reading),
    }));
  const report = cgmReport(ofSensors, endMs);
  return report && { report, endMs };
}

/** A frame's readings of a window, by rule time. */
function readingsWithin(
  view: StoredFrameView,
  { startMs, endMs }: { readonly startMs: number; readonly endMs: number },
  flags: ReadonlyMap<number, readonly string[]>,
): WindowReading[] {
  return view.frame.readings.flatMap((reading, index) => {
    const t = measuredMs(reading, view);
    if (t < startMs || t >= endMs) return [];
    const plausible = !isExcluded(flags.get(index) ?? []);
    return [{ ...measurementOf(reading), t, deviceId: view.deviceId, plausible }];
  });
}

/**
 * The episodes that are told together, as they stand now. Undefined when there are none, or all that they rest on is
 * erased.
 * @param leadId the first of them
 */
export function emergencyContent(
  { core, processing, settings, gatewayId }: ContentSource,
  patient: Patient,
  leadId: string,
  recordedAtMs: number,
): RecordContent | undefined {
  const stored = processing.together(leadId).map((episode) => storedAlarm(core, episode));
  const [lead, ...others] = stored.map(({ alarm }) => alarm);
  const evidence = stored.flatMap(({ alarm }) => alarm.evidence);
  if (lead === undefined || evidence.length === 0) return undefined;
  const startMs = Math.min(...stored.map(({ alarm }) => alarm.start));
  const lastMs = Math.max(
    ...stored.map(({ alarm: { raisedAt, end } }) => Math.max(raisedAt, end ?? raisedAt)),
  );
  const bundle = emergencyBundle({
    patientId: patient.patientId,
    gatewayId,
    devices: descriptionsOf(core, new Set(evidence.map(({ deviceId }) => deviceId))),
    recordedAtMs,
    chain: positionOf(core, patient, Math.max(...stored.map(({ height }) => height))),
    settings: settings.of(patient.patientNo).between(startMs, lastMs + 1),
    ...lead,
    others,
  });
  // Half-open, as every period: the last reading lies within.
  return { bundle, period: { start: timestampOf(startMs), end: timestampOf(lastMs + 1) }, summary: null };
}

/** An episode with the readings on which it rests, and the height of the newest block that they lie in; -1 where there is none. */
function storedAlarm(
  core: ContentSource['core'],
  episode: Episode,
): { readonly alarm: EmergencyAlarm; readonly height: number } {
  const { episodeId, rule, type, priority, marks, endReason, news2 } = episode;
  const evidence: DeviceEvidence[] = [];
  let height = -1;
  for (const entry of episode.evidence) {
    const view = core.frames.frame(rowOfReading(entry.rowId));
    // Erased since: an emergency rests on what is left.
    if (view === undefined) continue;
    const sent = view.frame.readings[indexOfReading(entry.rowId)];
    if (sent === undefined) continue;
    const { code, value, unit, comparator } = sent;
    evidence.push({ ...entry, deviceId: view.deviceId, code, value, unit, comparator });
    height = Math.max(height, view.height);
  }
  const isWithdrawn = episode.status === 'withdrawn' || episode.status === 'merged';
  const alarm: EmergencyAlarm = {
    ...{ episodeId, rule, type, priority, marks, endReason, news2, evidence, isWithdrawn },
    ...{ start: episode.startMs, raisedAt: episode.raisedMs, end: episode.endMs },
    ...{ isUnconfirmed: episode.unconfirmed, isLate: episode.late },
  };
  return { alarm, height };
}

/** Whether a device is registered as a continuous monitor, whichever code it sends; each is looked up once. */
function ofContinuousMonitors(core: ContentSource['core']): (deviceId: string) => boolean {
  const known = new Map<string, boolean>();
  return (deviceId) => {
    const is = known.get(deviceId) ?? kindOfType(core.devices.find(deviceId)?.type ?? '') === 'cgm';
    known.set(deviceId, is);
    return is;
  };
}

export function descriptionsOf(
  core: ContentSource['core'],
  deviceIds: ReadonlySet<string>,
): DeviceDescription[] {
  return [...deviceIds].map((deviceId) => ({ deviceId, type: core.devices.find(deviceId)?.type ?? null }));
}

/** The block of the newest frame, once it is sealed. */
export function positionOf(
  core: ContentSource['core'],
  patient: Patient,
  height: number,
): ChainPosition | undefined {
  const block = height < 0 ? undefined : core.store.read.block(patient.patientNo, height);
  return block && { height, blockHash: block.hash };
}
