import { join } from 'node:path';
import { growthRatio, type BenchContext, type Measure, type Outcome } from '../run/measure.js';
import { inTurn, totalRounds, type Rounds } from '../run/rounds.js';
import { firstProcessors } from './pinning.js';
import { DEVICES, Station, type IngestRound } from './station.js';

/** Frames that each device sends in a round. */
const FRAMES_EACH = 128;
const ROUNDS: Record<'quick' | 'full', Rounds> = {
  quick: { warmUp: 2, counted: 4 },
  full: { warmUp: 3, counted: 11 },
};
const US_PER_S = 1e6;

/** Whether a second processor takes part in ingest. */
export const ingestTwoCoresVsOne: Measure = {
  name: 'ingest_two_cores_vs_one',
  unit: 'frames/s',
  budget: { atLeast: 1.6 },
  a: 'the gateway on two processors',
  b: 'on one',
  what: `Frames a second by the wall clock of a gateway whose threads are pinned to two processors, and to one (taskset), each with
    ${DEVICES} devices that send frames signed beforehand over MQTT. The process that sends is pinned to one of the gateway's
    processors, and its CPU time is taken off: the rate is that of the frames by the wall-clock time less what it took of
    each of the gateway's processors. At the end every frame must be in a chain that verifies. On one it verifies on its only
    thread, as a gateway does that has no more. Linux only.`,
  controlWhat: 'another gateway on one processor, against that on one',
  whyMissed: `The second processor verifies signatures of frames that wait, and syncs the disk. All else stays on one thread: sockets,
    the broker, reading frames, hashing, the store. The process that sends takes its time on the same processor as the thread
    that verifies, and what waits for verifying is as much as its devices have under way.`,

  async run({ folder, quick, progress }: BenchContext): Promise<Outcome> {
    const [first = 0, second = 0] = firstProcessors(2);
    const rounds = quick ? ROUNDS.quick : ROUNDS.full;
    const framesEach = FRAMES_EACH * totalRounds(rounds);
    await using stack = new AsyncDisposableStack();
    const open = async (name: string, gateway: readonly number[]) => {
      progress(`two cores: signing ${DEVICES * framesEach} frames`);
      const station = await Station.open({
        folder: join(folder, name),
        framesEach,
        verifications: 1,
        verifyThread: gateway.length > 1,
      });
      stack.use(station);
      await station.pin({ gateway, generator: gateway.slice(-1) });
      return { station, perS: async () => ownRate(await station.round(FRAMES_EACH), gateway.length) };
    };
    const two = await open('two', [first, second]);
    const one = await open('one', [first]);
    const another = await open('another', [second]);
    progress(`two cores: ${rounds.counted} rounds`);
    const [a = [], b = [], control = []] = await inTurn(rounds, [two.perS, one.perS, another.perS]);
    for (const { station } of [two, one, another]) await station.check();
    return { measured: growthRatio(a, b), control: growthRatio(control, b) };
  },
};

/** Frames a second, as if whoever sent had taken nothing of the gateway's processors. */
export function ownRate({ frames, wallUs, generatorCpuUs }: IngestRound, processors: number): number {
  return (frames * US_PER_S) / (wallUs - generatorCpuUs / processors);
}
