import type { PutRound } from '../../devnet/put-in-flight.js';
import { median } from '../../run/statistics.js';
import type { Series } from '../experiment.js';

const MS_PER_S = 1_000;
/** How many transactions are on their way, and of how many the time is taken in a round. */
export const LOADS = [
  { inFlight: 1, transactions: 5 },
  { inFlight: 16, transactions: 64 },
  { inFlight: 128, transactions: 512 },
] as const;
/** Rounds at each load; the figure is their median. */
export const LOAD_ROUNDS = { quick: 1, full: 3 };
const WARM_UP = { transactions: 128, inFlight: 128 };

export const loadName = (inFlight: number): string => `${inFlight} in flight`;

/** Does a round. Transactions per second. */
type DoRound = (round: PutRound) => Promise<number>;

/** Transactions a second at each load, in the order of `LOADS`. */
export async function ratesAt(doRound: DoRound, rounds: number): Promise<number[]> {
  // Until the code is compiled.
  await doRound(WARM_UP);
  const rates: number[] = [];
  for (const load of LOADS) {
    const found: number[] = [];
    for (let n = 0; n < rounds; n++) found.push(await doRound(load));
    rates.push(median(found));
  }
  return rates;
}

/** How long each transaction took, in milliseconds: Little's law. */
const latencyMs = (inFlight: number, rate: number): number => (inFlight * MS_PER_S) / rate;

/** Curves of rates as those of latencies. @param inFlightOf how many were on their way at a point */
export function asLatencies(
  rates: readonly Series[],
  inFlightOf: (series: Series, x: number | string) => number,
): Series[] {
  return rates.map((series) => ({
    name: series.name,
    points: series.points.map((point) => ({
      ...point,
      y: latencyMs(inFlightOf(series, point.x), point.y),
    })),
  }));
}
