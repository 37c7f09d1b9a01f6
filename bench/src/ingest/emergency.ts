import { join } from 'node:path';
import { growthRatio, type BenchContext, type Measure, type Outcome } from '../run/measure.js';
import { inTurn, totalRounds, type Rounds } from '../run/rounds.js';
import { p95 } from '../run/statistics.js';
import { WorkerProcess } from '../worker/worker-process.js';
import type { DiskWorker } from './disk.worker.js';
import { DEVICES, Station } from './station.js';

const IN_DANGER = 16;
/** Emergencies of each of them in a round. */
const EMERGENCIES_EACH = 4;
const EMERGENCIES_PER_S = 100;
/** Frames of each device in a round: as fast as can be, and at the load. */
const FULL_EACH = 64;
const LOADED_EACH = 256;
const LOAD = 0.8;
const SYNCS = 200;
const ROUNDS: Record<'quick' | 'full', Rounds> = {
  quick: { warmUp: 1, counted: 3 },
  full: { warmUp: 2, counted: 9 },
};

/** How long an emergency waits for the disk, and for everybody else's frames. */
export const emergencyVsFsync: Measure = {
  name: 'emergency_p95_vs_fsync_p95',
  unit: 'ms',
  budget: { atMost: 10 },
  a: `an emergency's frame, until its PUBACK, at ${LOAD * 100} % load`,
  b: 'a page appended and synced, by the disk alone',
  what: `95th percentiles by the wall clock. ${DEVICES - IN_DANGER} devices send at ${LOAD * 100} % of what the gateway has just taken
    from them; ${IN_DANGER} others send emergencies beside them, over MQTT from a process of their own,
    ${EMERGENCIES_PER_S} a second, each at its time whatever became of those before, and the gateway must have taken each for one. Every
    PUBACK follows an fdatasync. At the end every frame must be in a chain that verifies.`,
  whyMissed: `Beside the disk an emergency waits for the gateway's thread: for what it is just at, when the frame comes and when the disk
    has it (a few frames' checks, a group's transaction or its acknowledgements), and for its pauses: V8's garbage, a checkpoint of
    the store, and its turn on the processors, which the load, whoever sends it and the thread that verifies share with it. A pause
    is longer than ten syncs of a disk as quick as this, and at this load more than one emergency in twenty meets one.`,
  controlWhat: 'any frame, while all devices send as fast as they can',

  async run({ folder, quick, progress }: BenchContext): Promise<Outcome> {
    const rounds = quick ? ROUNDS.quick : ROUNDS.full;
    const framesEach = (FULL_EACH + LOADED_EACH) * totalRounds(rounds);
    progress(`emergency: signing ${DEVICES * framesEach} frames`);
    const inDanger = { devices: IN_DANGER, framesEach: EMERGENCIES_EACH * totalRounds(rounds) };
    const options = { folder: join(folder, 'station'), framesEach, verifications: 1, inDanger };
    await using station = await Station.open(options);
    await using disk = new WorkerProcess<DiskWorker>('ingest/disk.worker.js');
    let perS = 0;
    progress('emergency: rounds');
    const [any = [], emergency = [], sync = []] = await inTurn(rounds, [
      async () => {
        const full = await station.full(FULL_EACH);
        perS = full.perS;
        return p95(full.latenciesMs);
      },
      async () => {
        const load = { perS: perS * LOAD, framesEach: LOADED_EACH };
        const emergencies = { perS: EMERGENCIES_PER_S, framesEach: EMERGENCIES_EACH };
        return p95(await station.emergenciesMs(load, emergencies));
      },
      () => disk.call('p95Ms', { path: join(folder, 'pages'), syncs: SYNCS }),
    ]);
    await station.check();
    return { measured: growthRatio(emergency, sync), control: growthRatio(any, sync) };
  },
};
