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

const WHAT = `CPU of the gateway process (core and embedded broker, all threads) per frame of one reading, ${DEVICES} devices
    of 32 patients sending at once over MQTT from another process, frames signed beforehand in a third`;
const DURABLE = `Every PUBACK follows an fdatasync. At the end every frame must be in a chain that verifies.`;

interface Comparison {
  readonly library: 'sodium' | 'node';
  readonly rounds: Rounds;
  readonly verifications: number;
}

/** What ingest costs beyond what it cannot do without. */
export const ingestVsVerifyLimit: Measure = {
  name: 'ingest_vs_verify_limit',
  unit: 'us/frame',
  budget: { atLeast: 0.75 },
  a: 'gateway: MQTT QoS 1 → verified, chained, on disk, PUBACK',
  b: 'the same verifier alone',
  what: `${WHAT}; against the pure verify rate of the same verifier on the same frames, keys cached. ${DURABLE}`,
  controlWhat: `the gateway verifies every signature twice`,
  run: (context) => compareWith(context, 'sodium'),
};

/** The same against what Node brings along. */
export const ingestVsNodeVerify: Measure = {
  name: 'ingest_vs_node_verify',
  unit: 'us/frame',
  budget: { atLeast: 1.4 },
  a: 'gateway: MQTT QoS 1 → verified, chained, on disk, PUBACK',
  b: 'node:crypto verifying alone',
  what: `${WHAT}; against the pure verify rate of node:crypto (OpenSSL) on the same frames, keys cached. ${DURABLE}`,
  controlWhat: `the gateway verifies every signature twice`,
  run: (context) => compareWith(context, 'node'),
};

async function compareWith(context: BenchContext, library: Comparison['library']): Promise<Outcome> {
  const rounds = context.quick ? ROUNDS.quick : ROUNDS.full;
  const measured = await compare(context, { library, rounds, verifications: 1 });
  const control = await compare(context, {
    library,
    rounds: CONTROL_ROUNDS,
    verifications: CONTROL_VERIFICATIONS,
  });
  return { measured, control };
}

async function compare(
  { folder, progress }: BenchContext,
  { library, rounds, verifications }: Comparison,
): Promise<Figures> {
  const name = `ingest-${library}-${verifications}`;
  const framesEach = FRAMES_EACH * totalRounds(rounds);
  progress(`${name}: signing ${DEVICES * framesEach} frames`);
  // The control's verifier is its own, and other threads would not ask it.
  const verifyThreads = verifications === 1 ? undefined : 0;
  await using station = await Station.open({
    ...{ folder: join(folder, name), framesEach, verifications },
    ...(verifyThreads !== undefined && { verifyThreads }),
  });
  await using limit = new WorkerProcess<VerifyWorker>('ingest/verify.worker.js');
  await limit.call('load', { path: station.framesPath, deviceKeys: station.deviceKeys, library });
  progress(`${name}: ${rounds.counted} rounds`);
  const [gateway = [], verify = []] = await inTurn(rounds, [
    () => station.round(FRAMES_EACH),
    () => limit.call('round', FRAMES_EACH * DEVICES),
  ]);
  await station.check();
  return costRatio(gateway, verify);
}
