import { codeEntry } from '@careledger/clinical';
import { BLOOD_PRESSURE_PANEL, NOT_ONE_VALUE, pressureComponents, pressureSite } from './blood-pressure.js';
import { collection, concept } from './elements.js';
import { MAX_RESOURCE_CHARS } from './json.js';
import { PLACES_PER_READING, sampled, sampledDataOf, type SentReading } from './sampled.js';
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

/** As many of its readings as one Observation holds. */
interface SeriesPart extends DetailSeries {
  /** From 0. */
  readonly index: number;
}

export interface DetailContent extends Source, WindowSpan {
  /** At least one, each with readings. */
  readonly series: readonly DetailSeries[];
}

/** Readings of one Observation: beyond, the text of its values could be longer than FHIR's strings may be (1 MiB). */
const READINGS_MAX = 16_384;
/** Characters of a record's content that are for all but its values: what Observations say besides, Devices, the Provenance. */
const ROOM_CHARS = 1_024 * 1_024;
/** Characters that the values of a bundle may take: whoever reads a record refuses a longer content. */
const VALUES_MAX_CHARS = MAX_RESOURCE_CHARS - ROOM_CHARS;
/** Of a value with the space after it, as devices send them, and of a place without one. */
const VALUE_CHARS = 8;
const PLACE_CHARS = 2;

/** How its single values and the rounding of their times are named in an Observation. */
const VALUES = { code: 'values', display: 'Single measured values' };
const ROUNDING = concept(
  SYSTEM.ownStatistics,
  'time-rounding',
  'Largest difference between a value’s time and its place, milliseconds',
);

/**
 * The FHIR Bundle of a window's single values: one Observation per code, device and unit (of very many values several, one after
 * another), whose components are SampledData, the Devices, and a Provenance over them. The values are in components because
 * R4's vital-signs profiles take a Quantity alone as an Observation's own.
 */
export function detailBundle(content: DetailContent): Bundle {
  const { series, devices, recordedAtMs } = content;
  if (series.length === 0) throw new RangeError('a window without plausible readings has no record');
  const window = windowOf(content);
  const { name, period } = window;
  const parts = series.flatMap((each) => partsOf(each).map((part, index) => ({ ...part, index })));
  const readings = parts.reduce((count, part) => count + part.readings.length, 0);
  const observations = observationsOf(window, parts, placesPerReading(readings));
  const targets = observations.map(({ id }) => id);
  return collection({ system: SYSTEM.windowDetail, value: name }, recordedAtMs, [
    ...observations,
    ...deviceResources(devices),
    provenanceOf(`detail/${name}`, content, targets, period),
  ]);
}

/** @param places how many there may be for each reading; fewer where all would take more than there is room for */
function observationsOf(window: Window, parts: readonly SeriesPart[], places: number): Observation[] {
  const observations = parts.map((part) => values(window, part, places));
  const chars = observations.flatMap(sampledDataOf).reduce((sum, { data }) => sum + data.length, 0);
  if (places === 1 || chars <= VALUES_MAX_CHARS) return observations;
  // Values at one place are in further series, which are as long: it takes more than each by itself.
  const fewer = Math.min(places - 1, Math.floor((places * VALUES_MAX_CHARS) / chars));
  return observationsOf(window, parts, Math.max(1, fewer));
}

/** As exact in time as there is room for, at first: where values are at any millisecond, most places are empty. */
function placesPerReading(readings: number): number {
  const room = VALUES_MAX_CHARS / readings - VALUE_CHARS;
  return Math.min(PLACES_PER_READING, Math.max(1, Math.floor(room / PLACE_CHARS)));
}

/** In the order of their times; each but the last is full. */
function partsOf(series: DetailSeries): DetailSeries[] {
  const { readings } = series;
  if (readings.length <= READINGS_MAX) return [series];
  const inOrder = readings.toSorted((a, b) => a.t - b.t);
  return Array.from({ length: Math.ceil(inOrder.length / READINGS_MAX) }, (_, part) => ({
    ...series,
    readings: inOrder.slice(part * READINGS_MAX, (part + 1) * READINGS_MAX),
  }));
}

function values(
  window: Window,
  { code: measured, deviceId, unit, readings, index }: SeriesPart,
  places: number,
): Observation {
  const { code, category, isVitalSign } = tableCode(measured);
  const site = pressureSite(measured);
  const { startMs, endMs, roundedByMs, series } = sampled(readings, unit, places);
  const period = { start: startMs, end: endMs };
  const component: ObservationComponent[] = [
    ...(site === undefined ? [] : pressureComponents(site, new Map(), NOT_ONE_VALUE)),
    ...(isVitalSign ? [periodComponent(period)] : []),
    ...(roundedByMs === 0 ? [] : [{ code: ROUNDING, valueInteger: roundedByMs }]),
    ...series.map((valueSampledData) => ({ code: valuesOf(measured), valueSampledData })),
  ];
  return {
    // The first part is named as a series that has no other.
    ...headOf(window, `detail|${measured}|${unit}|${deviceId}${index === 0 ? '' : `|${index}`}`, [deviceId]),
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
