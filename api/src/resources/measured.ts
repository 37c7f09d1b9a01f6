import { compareDecimals, decimalOf, type Decimal } from './decimal.js';
import { isObject, type Json } from './json.js';

/** Between which values something is; without a bound it goes on. */
export interface Interval {
  readonly low?: Bound;
  readonly high?: Bound;
}

export interface Bound {
  readonly at: Decimal;
  /** Whether the bound itself is not in it. */
  readonly isOpen: boolean;
}

/** What was measured, in which unit. */
export interface Measured {
  readonly interval: Interval;
  readonly system: string | undefined;
  readonly code: string | undefined;
  /** In words. */
  readonly unit: string | undefined;
}

/** What a comparator makes of a value (https://hl7.org/fhir/R4/valueset-quantity-comparator.html). */
const COMPARED: Readonly<Record<string, (at: Decimal) => Interval>> = {
  '<': (at) => ({ high: { at, isOpen: true } }),
  '<=': (at) => ({ high: { at, isOpen: false } }),
  '>=': (at) => ({ low: { at, isOpen: false } }),
  '>': (at) => ({ low: { at, isOpen: true } }),
};

/**
 * What an Observation says as a Quantity or as SampledData, of which R4 has the bounds alone
 * (https://hl7.org/fhir/R4/observation.html#search); undefined for any other value.
 * @param resource its numbers as they were written (`exactJson`)
 */
export function measuredBy({ valueQuantity, valueSampledData }: Json): Measured | undefined {
  if (isObject(valueQuantity)) {
    const at = numberIn(valueQuantity['value']);
    const comparator = textIn(valueQuantity['comparator']);
    const compared = comparator !== undefined && Object.hasOwn(COMPARED, comparator) && COMPARED[comparator];
    if (at === undefined) return undefined;
    return { interval: compared ? compared(at) : exactly(at), ...unitOf(valueQuantity) };
  }
  if (!isObject(valueSampledData)) return undefined;
  const { origin } = valueSampledData;
  const interval = isObject(origin) ? boundsOf(inJs(origin['value']), valueSampledData) : undefined;
  return interval && { interval, ...unitOf(origin as Json) };
}

/** One value alone. */
const exactly = (at: Decimal): Interval => ({
  low: { at, isOpen: false },
  high: { at, isOpen: false },
});

/** What sums of numbers are rounded to: beyond it stands what they are off. */
const SUM_DIGITS = 12;

/** Of all that was sampled; where something was below or above what could be detected (`L`, `U`), that bound is none. */
function boundsOf(start: number, { factor, data }: Json): Interval | undefined {
  const samples = (textIn(data) ?? '').split(' ');
  const step = factor === undefined ? 1 : inJs(factor);
  const values = samples.filter((sample) => decimalOf(sample)).map((sample) => start + step * Number(sample));
  const bound = (end: number): Bound | undefined => {
    const at = decimalOf(String(Number(end.toPrecision(SUM_DIGITS))));
    return at && { at, isOpen: false };
  };
  const low = bound(values.reduce((a, b) => Math.min(a, b), Infinity));
  const high = bound(values.reduce((a, b) => Math.max(a, b), -Infinity));
  if (low === undefined || high === undefined) return undefined;
  return { ...(!samples.includes('L') && { low }), ...(!samples.includes('U') && { high }) };
}

/** A number, also one that stands as it was written; NaN for anything else. */
const inJs = (value: unknown): number => (value === undefined ? NaN : Number(JSON.stringify(value)));

const textIn = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** A number is what it was written as. */
const numberIn = (value: unknown): Decimal | undefined =>
  value === undefined ? undefined : decimalOf(JSON.stringify(value));

const unitOf = ({ system, code, unit }: Json) => ({
  ...{ system: textIn(system), code: textIn(code), unit: textIn(unit) },
});

/** Whether all of an interval lies in another. */
export const isWithin = (inner: Interval, { low, high }: Interval): boolean =>
  (low === undefined || (inner.low !== undefined && isAbove(inner.low, low))) &&
  (high === undefined || (inner.high !== undefined && isBelow(inner.high, high)));

/** Whether they have something in common. */
export const isOverlapping = (a: Interval, b: Interval): boolean =>
  isMeeting(a.low, b.high) && isMeeting(b.low, a.high);

function isMeeting(low: Bound | undefined, high: Bound | undefined): boolean {
  if (low === undefined || high === undefined) return true;
  const by = compareDecimals(low.at, high.at);
  return by < 0 || (by === 0 && !low.isOpen && !high.isOpen);
}

const isAbove = (inner: Bound, outer: Bound): boolean =>
  isInside(compareDecimals(inner.at, outer.at), inner, outer);
const isBelow = (inner: Bound, outer: Bound): boolean =>
  isInside(compareDecimals(outer.at, inner.at), inner, outer);
const isInside = (by: number, inner: Bound, outer: Bound): boolean =>
  by > 0 || (by === 0 && (inner.isOpen || !outer.isOpen));
