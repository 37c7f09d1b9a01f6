import { codeEntry } from '@careledger/clinical';
import { BLOOD_PRESSURE_PANEL, NOT_ONE_VALUE, pressureComponents, pressureSite } from './blood-pressure.js';
import { collection, concept } from './elements.js';
import { sampled, type SentReading } from './sampled.js';
import type { Bundle, CodeableConcept, Observation, ObservationComponent } from './schema.js';
import { deviceResources, provenanceOf, type Source } from './source.js';
import { periodComponent } from './statistics.js';
import { SYSTEM } from './systems.js';
import { tableCode } from './table-code.js';
import { headOf, timeOf, windowOf, type Window, type WindowSpan } from './window.js';

/** What one device measured of one code, in the unit in which it sent it. */
export interface DetailSeries {
  readonly code: string;
  readonly deviceId: string;
  /** UCUM. */
  readonly unit: string;
  readonly readings: readonly SentReading[];
}

export interface DetailContent extends Source, WindowSpan {
  /** At least one, each with readings. */
  readonly series: readonly DetailSeries[];
}

/** How its single values and the rounding of their times are named in an Observation. */
const VALUES = { code: 'values', display: 'Single measured values' };
const ROUNDING = concept(
  SYSTEM.ownStatistics,
  'time-rounding',
  'Largest difference between a value’s time and its place, milliseconds',
);

/**
 * The FHIR Bundle of a window's single values: one Observation per code, device and unit, whose components are SampledData,
 * the Devices, and a Provenance over them. The values are in components because R4's vital-signs profiles take a Quantity
 * alone as an Observation's own.
 */
export function detailBundle(content: DetailContent): Bundle {
  const { series, devices, recordedAtMs } = content;
  if (series.length === 0) throw new RangeError('a window without plausible readings has no record');
  const window = windowOf(content);
  const { name, period } = window;
  const observations = series.map((each) => values(window, each));
  const targets = observations.map(({ id }) => id);
  return collection({ system: SYSTEM.windowDetail, value: name }, recordedAtMs, [
    ...observations,
    ...deviceResources(devices),
    provenanceOf(`detail/${name}`, content, targets, period),
  ]);
}

function values(window: Window, { code: measured, deviceId, unit, readings }: DetailSeries): Observation {
  const { code, category, isVitalSign } = tableCode(measured);
  const site = pressureSite(measured);
  const { startMs, endMs, roundedByMs, series } = sampled(readings, unit);
  const period = { start: startMs, end: endMs };
  const component: ObservationComponent[] = [
    ...(site === undefined ? [] : pressureComponents(site, new Map(), NOT_ONE_VALUE)),
    ...(isVitalSign ? [periodComponent(period)] : []),
    ...(roundedByMs === 0 ? [] : [{ code: ROUNDING, valueInteger: roundedByMs }]),
    ...series.map((valueSampledData) => ({ code: valuesOf(measured), valueSampledData })),
  ];
  return {
    ...headOf(window, `detail|${measured}|${unit}|${deviceId}`, [deviceId]),
    category,
    code: site === undefined ? code : BLOOD_PRESSURE_PANEL,
    ...timeOf(period, isVitalSign),
    component,
  };
}

/** The second coding says of which code: R4 knows pressures by the code of their panel alone. */
function valuesOf(measured: string): CodeableConcept {
  const whose = `${codeEntry(measured)?.display ?? measured}: ${VALUES.display}`;
  const coding = { system: SYSTEM.ownStatistics, code: `${measured}.${VALUES.code}`, display: whose };
  return { coding: [{ system: SYSTEM.ownStatistics, ...VALUES }, coding] };
}
