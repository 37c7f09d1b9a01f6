import { join } from 'node:path';
import { WorkerProcess } from '../worker/worker-process.js';
import { costRatio, type BenchContext, type Figures, type Measure, type Outcome } from '../run/measure.js';
import { inTurn, totalRounds, type Rounds } from '../run/rounds.js';
import { DEVICES, Station } from './station.js';
import type { VerifyWorker } from './verify.worker.js';

/** Frames that each device sends in a round. */
const FRAMES_EACH = 128;
const ROUNDS: Record<'quick' | 'full', Rounds> = {
  quick: { warmUp: 2, counted: 4 },
  full: { warmUp: 3, counted: 11 },
};
/** Fewer suffice: it misses by far. */
const CONTROL_ROUNDS: Rounds = { warmUp: 1, counted: 2 };
const CONTROL_VERIFICATIONS = 2;

/** What ingest costs beyond what it cannot do without. */
export const ingestVsVerifyLimit: Measure = {
  name: 'ingest_vs_verify_limit',
  unit: 'us/frame',
  budget: { atLeast: 0.75 },
  a: 'gateway: MQTT QoS 1 → verified, chained, on disk, PUBACK',
  b: 'the same verifier alone',
  what: `CPU of the gateway process (core and embedded broker) per frame of one reading, ${DEVICES} devices of 32
    patients sending at once over MQTT from another process, frames signed beforehand in a third; against the pure
    verify rate of the same verifier on the same frames, keys cached. Every PUBACK follows an fdatasync. At the end every
    frame must be in a chain that verifies.`,
  controlWhat: `the gateway verifies every signature twice`,
  whyMissed: `Seven tenths of the time is the signature. The rest is many small parts: the gateway's own code (broker, queue, chain) a
    tenth, reading the frame a twentieth, and sockets, SQLite and hashing two or three hundredths each.`,

  async run(context: BenchContext): Promise<Outcome> {
    const rounds = context.quick ? ROUNDS.quick : ROUNDS.full;
    const measured = await compare(context, 'ingest', rounds, 1);
    const control = await compare(context, 'ingest-control', CONTROL_ROUNDS, CONTROL_VERIFICATIONS);
    return { measured, control };
  },
};

async function compare(
  { folder, progress }: BenchContext,
  name: string,
  rounds: Rounds,
  verifications: number,
): Promise<Figures> {
  const framesEach = FRAMES_EACH * totalRounds(rounds);
  progress(`${name}: signing ${DEVICES * framesEach} frames`);
  await using station = await Station.open({ folder: join(folder, name), framesEach, verifications });
  await using limit = new WorkerProcess<VerifyWorker>('ingest/verify.worker.js');
  await limit.call('load', { path: station.framesPath, deviceKeys: station.deviceKeys });
  progress(`${name}: ${rounds.counted} rounds`);
  const [gateway = [], verify = []] = await inTurn(rounds, [
    () => station.round(FRAMES_EACH),
    () => limit.call('round', FRAMES_EACH * DEVICES),
  ]);
  await station.check();
  return costRatio(gateway, verify);
}
