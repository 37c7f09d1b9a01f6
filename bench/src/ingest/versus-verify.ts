import { join } from 'node:path';
import { WorkerProcess } from '../worker/worker-process.js';
import { costRatio, type BenchContext, type Figures, type Measure, type Outcome } from '../run/measure.js';
import { inTurn, totalRounds, type Rounds } from '../run/rounds.js';
import { DEVICES, Station, cpuPerFrameUs } from './station.js';
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
const GATEWAY = 'gateway: MQTT QoS 1 → verified, chained, on disk, PUBACK';

/** What ingest is compared with: a round of the worker that verifies the same frames. */
type Limit = 'round' | 'bareRound';

/** What ingest costs beyond what it cannot do without. */
export const ingestVsVerifyLimit = ingestMeasure('round', {
  name: 'ingest_vs_verify_limit',
  budget: { atLeast: 0.75 },
  b: 'the same verifier alone',
  what: `CPU of the gateway process (core and embedded broker) per frame of one reading, ${DEVICES} devices of 32
    patients sending at once over MQTT from another process, frames signed beforehand in a third; against the pure
    verify rate of the same verifier on the same frames, keys cached. Every PUBACK follows an fdatasync. At the end every
    frame must be in a chain that verifies.`,
  whyMissed: `Most of the time is the signature. The rest is many small parts: the gateway's own code (broker, queue, chain), reading the
    frame, sockets, SQLite and hashing.`,
});

/** What ingest costs beside what everybody has who verifies in Node. */
export const ingestVsNodeVerify = ingestMeasure('bareRound', {
  name: 'ingest_vs_node_verify',
  budget: { atLeast: 1.4 },
  b: 'crypto.verify of node:crypto alone',
  what: `The same CPU of the gateway process per frame, against a bare loop of node:crypto's own verify on the same frames, keys
    imported beforehand: above 1, all of ingest takes less than verifying would by what Node has. Ours verifies by libsodium.`,
  whyMissed: `libsodium verifies in less time than node:crypto. What ingest adds to that (MQTT, reading the frame, hashing, the
    store, the answer) is the rest: ingest_vs_verify_limit says how much.`,
});

function ingestMeasure(
  limit: Limit,
  about: Pick<Measure, 'name' | 'budget' | 'b' | 'what' | 'whyMissed'>,
): Measure {
  return {
    ...about,
    unit: 'us/frame',
    a: GATEWAY,
    controlWhat: `the gateway verifies every signature twice`,

    async run(context: BenchContext): Promise<Outcome> {
      const rounds = context.quick ? ROUNDS.quick : ROUNDS.full;
      const measured = await compare(context, { name: 'ingest', rounds, limit, verifications: 1 });
      const control = await compare(context, {
        ...{ name: 'ingest-control', rounds: CONTROL_ROUNDS, limit },
        verifications: CONTROL_VERIFICATIONS,
      });
      return { measured, control };
    },
  };
}

interface Comparison {
  readonly name: string;
  readonly rounds: Rounds;
  readonly limit: Limit;
  /** How often the gateway verifies each signature. */
  readonly verifications: number;
}

async function compare(
  { folder, progress }: BenchContext,
  { name, rounds, limit, verifications }: Comparison,
): Promise<Figures> {
  const framesEach = FRAMES_EACH * totalRounds(rounds);
  progress(`${name}: signing ${DEVICES * framesEach} frames`);
  await using station = await Station.open({ folder: join(folder, name), framesEach, verifications });
  await using verifying = new WorkerProcess<VerifyWorker>('ingest/verify.worker.js');
  await verifying.call('load', { path: station.framesPath, deviceKeys: station.deviceKeys });
  progress(`${name}: ${rounds.counted} rounds`);
  const [gateway = [], verify = []] = await inTurn(rounds, [
    async () => cpuPerFrameUs(await station.round(FRAMES_EACH)),
    () => verifying.call(limit, FRAMES_EACH * DEVICES),
  ]);
  await station.check();
  return costRatio(gateway, verify);
}
