import { setImmediate as nextTurn } from 'node:timers/promises';
import { isExcluded } from '@careledger/clinical';
import { timestampOf } from '@careledger/domain';
import { detailBundle, type DetailSeries } from '@careledger/fhir';
import { measuredMs } from '../chain/index.js';
import type { Patient } from '../patients/index.js';
import { windowOfSource } from '../processing/index.js';
import {
  FRAMES_PER_TURN,
  descriptionsOf,
  positionOf,
  type ContentSource,
  type RecordContent,
} from './content.js';

type Measured = DetailSeries & { readonly readings: DetailSeries['readings'][number][] };

/**
 * A window's single values as the devices sent them, each in its own unit; those that the rules leave out of the aggregates
 * are left out here. Undefined when there is none.
 */
export async function detailContent(
  { core, processing, settings, gatewayId }: ContentSource,
  patient: Patient,
  {
    source,
    isRevision,
    recordedAtMs,
  }: { readonly source: string; readonly isRevision: boolean; readonly recordedAtMs: number },
): Promise<RecordContent | undefined> {
  const { startMs, endMs } = windowOfSource(source);
  const all = new Map<string, Measured>();
  let height = -1;
  let frames = 0;
  for (const view of core.frames.framesBetween(patient.chain, startMs, endMs)) {
    const { deviceId } = view;
    const flags = processing.flagsOfRow(view.rowId);
    view.frame.readings.forEach((reading, index) => {
      const t = measuredMs(reading, view);
      if (t < startMs || t >= endMs || isExcluded(flags.get(index) ?? [])) return;
      const { code, unit, value, comparator } = reading;
      const name = JSON.stringify([code, unit, deviceId]);
      const series = all.get(name) ?? { code, unit, deviceId, readings: [] };
      series.readings.push({ t, value, comparator });
      all.set(name, series);
      height = Math.max(height, view.height);
    });
    frames += 1;
    if (frames % FRAMES_PER_TURN === 0) await nextTurn();
  }
  const series = [...all.keys()].sort().flatMap((name) => all.get(name) ?? []);
  if (series.length === 0) return undefined;
  const bundle = detailBundle({
    patientId: patient.patientId,
    gatewayId,
    devices: descriptionsOf(core, new Set(series.map(({ deviceId }) => deviceId))),
    recordedAtMs,
    chain: positionOf(core, patient, height),
    settings: settings.of(patient.patientNo).between(startMs, endMs),
    ...{ windowStart: startMs, windowEnd: endMs, series, isRevision },
  });
  return { bundle, period: { start: timestampOf(startMs), end: timestampOf(endMs) }, summary: null };
}
