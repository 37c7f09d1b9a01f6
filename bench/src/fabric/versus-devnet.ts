import { join } from 'node:path';
import { startPutDevnet } from '../devnet/put-network.js';
import { growthRatio, type BenchContext, type Measure, type Outcome } from '../run/measure.js';
import { inTurn, type Rounds } from '../run/rounds.js';
import { projectSettings } from './definition.js';
import { requireFabric } from './network.js';
import { startPutFabric } from './put-network.js';

const LOAD = { transactions: 512, inFlight: 128 };
const ROUNDS: Record<'quick' | 'full', Rounds> = {
  quick: { warmUp: 1, counted: 3 },
  full: { warmUp: 2, counted: 9 },
};

/** What the embedded network's figures say about Fabric's. */
export const devnetSubmitVsFabric: Measure = {
  name: 'devnet_submit_vs_fabric',
  unit: 'tx/s',
  budget: 'reported',
  a: 'embedded network',
  b: 'Fabric, small profile',
  what: `Transactions a second by the wall clock with ${LOAD.inFlight} in flight, on one machine in turn: the same bare client and
    chaincode, two of three organisations endorse, and the same block timeout, on the embedded network and on Fabric (one Raft orderer,
    four peers in processes of their own, which share the processors).`,
  controlWhat: null,

  async run({ folder, quick, progress }: BenchContext): Promise<Outcome> {
    await requireFabric();
    progress('embedded network and Fabric: both start');
    const settings = projectSettings();
    await using real = await startPutFabric(join(folder, 'fabric'), settings);
    const { blockTimeoutMs: batchTimeoutMs } = settings;
    await using embedded = await startPutDevnet(join(folder, 'devnet'), { batchTimeoutMs });
    progress('embedded network and Fabric: rounds');
    const [a = [], b = []] = await inTurn(quick ? ROUNDS.quick : ROUNDS.full, [
      () => embedded.client.call('round', LOAD),
      () => real.client.call('round', LOAD),
    ]);
    return { measured: growthRatio(a, b), control: null };
  },
};
