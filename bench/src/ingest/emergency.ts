import { join } from 'node:path';
import { growthRatio, type BenchContext, type Measure, type Outcome } from '../run/measure.js';
import { inTurn, totalRounds, type Rounds } from '../run/rounds.js';
import { p95 } from '../run/statistics.js';
import { WorkerProcess } from '../worker/worker-process.js';
import type { DiskWorker } from './disk.worker.js';
import { DEVICES, Station } from './station.js';

const IN_DANGER = 16;
/** Frames of each device in a round: as fast as can be, and at the load. */
const FULL_EACH = 64;
const LOADED_EACH = 192;
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
    from them; ${IN_DANGER} others send emergencies beside them, one after the other, over MQTT from the same process. Every PUBACK
    follows an fdatasync. At the end every frame must be in a chain that verifies.`,
  controlWhat: 'any frame, while all devices send as fast as they can',

  async run({ folder, quick, progress }: BenchContext): Promise<Outcome> {
    const rounds = quick ? ROUNDS.quick : ROUNDS.full;
    const framesEach = (FULL_EACH + LOADED_EACH) * totalRounds(rounds);
    progress(`emergency: signing ${DEVICES * framesEach} frames`);
    const options = { folder: join(folder, 'station'), framesEach, verifications: 1, inDanger: IN_DANGER };
    await using station = await Station.open(options);
    await using disk = new WorkerProcess<DiskWorker>('ingest/disk.worker.js');
    let perS = 0;
    progress('emergency: rounds');
    const [any = [], emergency = [], sync = []] = await inTurn(rounds, [
      async () => {
        const full = await station.full(FULL_EACH, IN_DANGER);
        perS = full.perS;
        return p95(full.latenciesMs);
      },
      async () => {
        const asked = { perS: perS * LOAD, framesEach: LOADED_EACH, inDanger: IN_DANGER };
        return p95(await station.emergenciesMs(asked));
      },
      () => disk.call('p95Ms', { path: join(folder, 'pages'), syncs: SYNCS }),
    ]);
    await station.check();
    return { measured: growthRatio(emergency, sync), control: growthRatio(any, sync) };
  },
};
