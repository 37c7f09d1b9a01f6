import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { BenchError } from '../errors.js';
import { costRatio, type BenchContext, type Figures, type Measure, type Outcome } from '../run/measure.js';
import { inTurn, totalRounds, type Rounds } from '../run/rounds.js';
import { DEVICES, Station } from './station.js';

/** Frames that each device sends in a round. */
const FRAMES_EACH = 128;
const ROUNDS: Record<'quick' | 'full', Rounds> = {
  quick: { warmUp: 2, counted: 4 },
  full: { warmUp: 3, counted: 9 },
};
const CONTROL_ROUNDS: Rounds = { warmUp: 2, counted: 3 };
/** Where the sending process runs, in both sides; the gateway has the first alone, or both. */
const PUBLISHER_CORE = 1;
const ONE = [0];
const TWO = [0, 1];

/** What a second core gives. */
export const ingestTwoCoresVsOne: Measure = {
  name: 'ingest_two_cores_vs_one',
  unit: 'us/frame',
  budget: { atLeast: 1.6 },
  a: 'two cores, another thread verifying',
  b: 'one core',
  what: `Wall-clock time per frame from the first PUBLISH to the last PUBACK, ${DEVICES} devices of 32 patients sending at once
    frames that were signed beforehand; the ratio is that of the rates. On one side the gateway has one core and one thread
    that verifies and does the rest; on the other two cores and one thread more that verifies. The process that sends is
    pinned to the second core on both sides: from the wall-clock time of the gateway with two, half its CPU time is
    subtracted, since it takes that from them. Every PUBACK follows an fdatasync; at the end every frame must be in a chain
    that verifies. Depends on what else the machine does. Linux only.`,
  controlWhat: `the gateway has two cores and no thread more`,

  async run(context: BenchContext): Promise<Outcome> {
    if (availableParallelism() < TWO.length)
      throw new BenchError(
        'MEASURE_INVALID',
        'This machine has one core: there is no second one to compare with',
      );
    const measured = await compare(context, context.quick ? ROUNDS.quick : ROUNDS.full, 1);
    const control = await compare(context, CONTROL_ROUNDS, 0);
    return { measured, control };
  },
};

/** @param threads of the gateway with two cores that verify beside the one that does the rest */
async function compare(
  { folder, progress }: BenchContext,
  rounds: Rounds,
  threads: number,
): Promise<Figures> {
  const name = `ingest-cores-${threads}`;
  const framesEach = FRAMES_EACH * totalRounds(rounds);
  progress(`${name}: signing ${2 * DEVICES * framesEach} frames`);
  const open = (side: string, gateway: readonly number[], verifyThreads: number): Promise<Station> =>
    Station.open({
      ...{ folder: join(folder, `${name}-${side}`), framesEach, verifyThreads },
      cores: { gateway, publisher: PUBLISHER_CORE },
    });
  await using two = await open('two', TWO, threads);
  await using one = await open('one', ONE, 0);
  progress(`${name}: ${rounds.counted} rounds`);
  const [twoUs = [], oneUs = []] = await inTurn(rounds, [
    () => two.timedRound(FRAMES_EACH, TWO.length),
    () => one.timedRound(FRAMES_EACH, 0),
  ]);
  await two.check();
  await one.check();
  return costRatio(twoUs, oneUs);
}
