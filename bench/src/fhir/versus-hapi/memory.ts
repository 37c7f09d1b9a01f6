import { shown } from '../../report/number.js';
import type { FhirSide } from './side.js';

/** An authority's api keeps to it, whatever is loaded into it and asked of it. */
export const API_PEAK_MAX_MB = 256;
const MB_BYTES = 1024 * 1024;

/** The most that both servers had in memory until then, since their start. */
export interface PeakPair {
  /** What was done by then. */
  readonly after: string;
  readonly oursMb: number;
  readonly othersMb: number;
}

export function peaksOf([ours, others]: readonly [FhirSide, FhirSide], after: string): PeakPair {
  const [oursMb, othersMb] = [ours.peakBytes() / MB_BYTES, others.peakBytes() / MB_BYTES];
  return { after, oursMb, othersMb };
}

/** Rows of the peaks, their head first. */
export const peakRows = (peaks: readonly PeakPair[]): string[][] => [
  ['after', 'api, MB', 'HAPI, MB'],
  ...peaks.map(({ after, oursMb, othersMb }) => [after, shown(oursMb), shown(othersMb)]),
];

/** By how much the api has missed its budget, for a message; undefined where it was kept. */
export function missedBy(peaks: readonly PeakPair[]): string | undefined {
  const peakMb = Math.max(...peaks.map(({ oursMb }) => oursMb));
  // Without /proc nothing was measured, and 0 would keep every budget.
  if (peakMb > 0 && peakMb <= API_PEAK_MAX_MB) return undefined;
  return `The api had ${shown(peakMb)} MB in memory at its peak; its budget is ${API_PEAK_MAX_MB} MB`;
}
