import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { growthRatio, type BenchContext, type Measure, type Outcome } from '../run/measure.js';
import { inTurn, totalRounds, type Rounds } from '../run/rounds.js';
import { WorkerProcess } from '../worker/worker-process.js';
import type { WardWorker } from './ward.worker.js';

const MANY = 10_000;
const FEW = 1_000;
const ROUND_FRAMES = 10_000;
/** Each looks through all patients' devices. */
const CONTROL_FRAMES = 2_000;
const ROUNDS: Record<'quick' | 'full', Rounds> = {
  quick: { warmUp: 1, counted: 3 },
  full: { warmUp: 2, counted: 7 },
};

/** Whether a reading costs the same, however many patients a gateway has. */
export const patientsGrowth: Measure = {
  name: 'cpu_10k_vs_1k_patients',
  unit: 'us/reading',
  budget: { atMost: 1.1 },
  a: 'with 10,000 patients',
  b: 'with 1,000',
  what: `CPU of the process, all threads, per frame of one reading handed to the gateway's core, 256 at a time, of every patient
    in turn: checked, verified, chained, committed and synced; blocks are sealed when they are full, the first of each patient
    after another number of frames. Without MQTT.`,
  controlWhat: 'for every reading the device is looked for in the list of all',
  whyMissed: `Nothing is done for a reading that depends on how many patients there are. But what each has in memory is seldom in the
    processor's caches when its turn comes, and a garbage collection passes more that stays. It comes out about at the budget: what a
    run shows lies on this side or that, and its rounds do so too.`,

  async run({ folder, quick, progress }: BenchContext): Promise<Outcome> {
    const rounds = quick ? ROUNDS.quick : ROUNDS.full;
    const frames = totalRounds(rounds) * (ROUND_FRAMES + CONTROL_FRAMES);
    const open = async (patients: number): Promise<WorkerProcess<WardWorker>> => {
      progress(`patients: ${patients} of them, ${frames} frames`);
      const place = join(folder, String(patients));
      mkdirSync(place);
      await using writer = new WorkerProcess<WardWorker>('patients/ward.worker.js');
      await writer.call('write', { folder: place, patients, framesEach: Math.ceil(frames / patients) });
      const worker = new WorkerProcess<WardWorker>('patients/ward.worker.js', ['--expose-gc']);
      await worker.call('open', place);
      await worker.call('load', place);
      return worker;
    };
    await using many = await open(MANY);
    await using few = await open(FEW);
    progress('patients: rounds');
    const compare = async (count: number, isControl: boolean) => {
      const [a = [], b = []] = await inTurn(rounds, [
        () => many.call('round', { count, isControl }),
        () => few.call('round', { count, isControl }),
      ]);
      return growthRatio(a, b);
    };
    const measured = await compare(ROUND_FRAMES, false);
    progress('patients: control');
    return { measured, control: await compare(CONTROL_FRAMES, true) };
  },
};
