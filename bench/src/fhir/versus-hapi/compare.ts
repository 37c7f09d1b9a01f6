import { inTurn, type Rounds } from '../../run/rounds.js';
import { median, p95, percentile } from '../../run/statistics.js';
import { Asking, type Operation } from './operations.js';
import type { FhirSide } from './side.js';

/** What a side did of one operation. */
export interface Done {
  /** Per second of CPU time: of the server's process, and of all that it needs. */
  readonly perCpuS: number;
  readonly perWholeCpuS: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

/** An operation on so many observations, by both sides. */
export interface Compared {
  readonly observations: number;
  readonly operation: string;
  readonly ours: Done;
  readonly others: Done;
}

interface Round {
  readonly perCpuS: number;
  readonly perWholeCpuS: number;
  readonly tookMs: readonly number[];
}

/** Asks both sides in turn, A B A B. @param hours of which each patient has an observation each */
export async function compare(
  sides: readonly [ours: FhirSide, others: FhirSide],
  hours: number,
  rounds: Rounds,
): Promise<Compared[]> {
  const asking = new Asking(hours);
  await asking.prepare(sides);
  const compared: Compared[] = [];
  for (const operation of asking.operations) {
    const [ours = [], others = []] = await inTurn(
      rounds,
      sides.map((side, index) => roundsOf(side, operation, operation.times[index] ?? 0)),
    );
    const observations = hours * sides[0].patients.length;
    compared.push({ observations, operation: operation.name, ours: doneOf(ours), others: doneOf(others) });
  }
  return compared;
}

function roundsOf(side: FhirSide, operation: Operation, times: number): () => Promise<Round> {
  let turn = 0;
  return async () => {
    const [cpuMs, wholeCpuMs] = [side.cpuMs(), side.wholeCpuMs()];
    const tookMs: number[] = [];
    for (let each = 0; each < times; each += 1) tookMs.push(await operation.run(side, turn++));
    const perS = (ms: number): number => (1_000 * times) / ms;
    return {
      perCpuS: perS(side.cpuMs() - cpuMs),
      perWholeCpuS: perS(side.wholeCpuMs() - wholeCpuMs),
      tookMs,
    };
  };
}

function doneOf(rounds: readonly Round[]): Done {
  const tookMs = rounds.flatMap((round) => round.tookMs);
  return {
    perCpuS: median(rounds.map(({ perCpuS }) => perCpuS)),
    perWholeCpuS: median(rounds.map(({ perWholeCpuS }) => perWholeCpuS)),
    p50Ms: percentile(tookMs, 0.5),
    p95Ms: p95(tookMs),
  };
}
