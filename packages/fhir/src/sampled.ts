import { quantity } from './elements.js';
import type { Observation, Quantity, SampledData } from './schema.js';

/** A reading as its device sent it. */
export interface SentReading {
  /** When it was measured, milliseconds. */
  readonly t: number;
  readonly value: number;
  /** The value is a bound. */
  readonly comparator?: Quantity['comparator'] | undefined;
}

/** Readings of one code, device and unit on a grid of times. */
export interface Sampled {
  readonly startMs: number;
  /** Of the last reading's place. */
  readonly endMs: number;
  /** The largest distance between a reading and its place, whole milliseconds, rounded up; 0: every time is exact. */
  readonly roundedByMs: number;
  /** All on the one grid. The first holds what has a place of its own there; what it has no room for follows. */
  readonly series: readonly SampledData[];
}

/** Places that a grid may have for each reading where there is room, and in any case: an hour by the second. */
export const PLACES_PER_READING = 16;
const PLACES_MIN = 4_096;

interface Series {
  readonly places: Map<number, string>;
  lowerLimit?: number;
  upperLimit?: number;
}

/**
 * FHIR's SampledData has values at equal distances: the largest ones on which every reading lies, where that does not take
 * too many places. Else every reading goes to the nearest of as many places as there may be. No value is lost: of two at one
 * place, and of bounds that differ, the later is in a series of its own.
 * @param readings at least one, in any order
 * @param placesPerReading how many places there may be for each
 */
export function sampled(
  readings: readonly SentReading[],
  unit: string,
  placesPerReading = PLACES_PER_READING,
): Sampled {
  const inOrder = readings.toSorted((a, b) => a.t - b.t);
  const startMs = inOrder[0]?.t ?? 0;
  const offsets = inOrder.map(({ t }) => t - startMs);
  const periodMs = periodOf(offsets, placesPerReading);
  const all: Series[] = [];
  let roundedByMs = 0;
  for (const [index, reading] of inOrder.entries()) {
    const offset = offsets[index] ?? 0;
    const place = Math.round(offset / periodMs);
    roundedByMs = Math.max(roundedByMs, Math.ceil(Math.abs(offset - place * periodMs)));
    put(all, place, reading);
  }
  const last = all.reduce((latest, { places }) => Math.max(latest, lastOf(places)), 0);
  return {
    ...{ startMs, endMs: startMs + last * periodMs, roundedByMs },
    series: all.map(({ places, ...limits }) => ({
      origin: quantity(0, unit),
      period: periodMs,
      ...limits,
      dimensions: 1,
      data: Array.from({ length: lastOf(places) + 1 }, (_, place) => places.get(place) ?? 'E').join(' '),
    })),
  };
}

/** The series of an Observation of single values; none of any other. */
export const sampledDataOf = ({ component = [] }: Observation): SampledData[] =>
  component.flatMap((each) => ('valueSampledData' in each ? [each.valueSampledData] : []));

/** @param offsets from the first, ascending, milliseconds */
function periodOf(offsets: readonly number[], placesPerReading: number): number {
  const spanMs = offsets.at(-1) ?? 0;
  // Of one instant: any will do.
  if (spanMs === 0) return 1;
  const placesMax = Math.max(PLACES_MIN, placesPerReading * offsets.length);
  const exactMs = offsets.reduce(divisorOf, 0);
  return Math.max(exactMs, Math.ceil(spanMs / (placesMax - 1)));
}

/** The greatest common one. */
const divisorOf = (a: number, b: number): number => (b === 0 ? a : divisorOf(b, a % b));

/** Readings come in the order of their times, and so do their places. */
const lastOf = (places: ReadonlyMap<number, string>): number => [...places.keys()].at(-1) ?? 0;

/** Into the first series that has room for it. */
function put(all: Series[], place: number, { value, comparator }: SentReading): void {
  const limit =
    comparator === undefined ? undefined : comparator.startsWith('<') ? 'lowerLimit' : 'upperLimit';
  const hasRoom = (series: Series) =>
    !series.places.has(place) && (limit === undefined || (series[limit] ?? value) === value);
  let series = all.find(hasRoom);
  if (series === undefined) all.push((series = { places: new Map() }));
  if (limit !== undefined) series[limit] = value;
  series.places.set(place, limit === undefined ? decimalOf(value) : limit === 'lowerLimit' ? 'L' : 'U');
}

/** As JSON has a number that is very large or very small: one digit before the point. */
const WITH_EXPONENT = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/;

/** The shortest decimal of a number, to the digit as JSON has it, without an exponent: SampledData has none. */
function decimalOf(value: number): string {
  const text = String(value);
  const [, minus = '', whole = '', fraction = '', exponent] = WITH_EXPONENT.exec(text) ?? [];
  if (exponent === undefined) return text;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  return minus + (point > 0 ? digits.padEnd(point, '0') : `0.${'0'.repeat(-point)}${digits}`);
}
