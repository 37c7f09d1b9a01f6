import { join } from 'node:path';
import type { PutNetwork } from '../../devnet/put-network.js';
import type { BenchContext } from '../../run/measure.js';
import { shown } from '../../report/number.js';
import { valueAt, type Figure, type Point } from '../experiment.js';
import { LOADS, LOAD_ROUNDS, asLatencies, loadName, ratesAt } from './load.js';

const TIMEOUTS_MS = { quick: [50, 500], full: [50, 100, 250, 500, 1_000, 2_000] };
/** Told of in words: both are in a quick run, too. */
export const [SHORT_MS, LONG_MS] = [50, 500];

/** Figure of an experiment of this name. */
const latencyFigure = (name: string): string => `${name}-latency`;

/** Starts a network whose orderers wait so long for a block to fill, in a folder. */
type Start = (dir: string, timeoutMs: number) => Promise<PutNetwork>;

/** Latency and rate by block timeout, a curve for each load, of one network after the other. */
export async function figuresByTimeout(
  name: string,
  { folder, quick, progress }: BenchContext,
  start: Start,
): Promise<Figure[]> {
  const rates = LOADS.map(({ inFlight }) => ({ name: loadName(inFlight), points: [] as Point[] }));
  const runs = quick ? LOAD_ROUNDS.quick : LOAD_ROUNDS.full;
  for (const timeoutMs of quick ? TIMEOUTS_MS.quick : TIMEOUTS_MS.full) {
    progress(`${name}: ${timeoutMs} ms`);
    await using network = await start(join(folder, `${name}-${timeoutMs}`), timeoutMs);
    const found = await ratesAt((round) => network.client.call('round', round), runs);
    for (const [index, y] of found.entries()) rates[index]?.points.push({ x: timeoutMs, y, runs });
  }
  const x = { label: 'block timeout (ms)', scale: 'log' } as const;
  return [
    {
      ...{ name: latencyFigure(name), title: 'From proposal to commit', x },
      y: { label: 'latency (ms)', scale: 'log' },
      series: asLatencies(rates, (series) => inFlightOf(series.name)),
    },
    {
      ...{ name: `${name}-rate`, title: 'Transactions a second', x },
      y: { label: 'rate (tx/s)', scale: 'log' },
      series: rates,
    },
  ];
}

const inFlightOf = (name: string): number =>
  LOADS.find(({ inFlight }) => loadName(inFlight) === name)?.inFlight ?? Number.NaN;

/** Milliseconds of a transaction at a load and a timeout, as the page shows them. */
export const latencyShown = (figures: readonly Figure[], name: string) => {
  return (inFlight: number, timeoutMs: number): string =>
    shown(valueAt(figures, latencyFigure(name), loadName(inFlight), timeoutMs));
};
