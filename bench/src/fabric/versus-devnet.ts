import { join } from 'node:path';
import type { ClientWorker } from '../devnet/client.worker.js';
import { PUT_CHAINCODE, devnetProcess } from '../devnet/process.js';
import { growthRatio, type BenchContext, type Measure, type Outcome } from '../run/measure.js';
import { inTurn, type Rounds } from '../run/rounds.js';
import { WorkerProcess } from '../worker/worker-process.js';
import { projectSettings } from './definition.js';
import { PUT_ON_FABRIC, fabricFolder, requireFabric, startFabric } from './network.js';

const LOAD = { transactions: 512, inFlight: 128 };
const ORGANIZATIONS = ['Org1MSP', 'Org2MSP', 'Org3MSP'];
const ON_DEVNET = { channel: 'ch', mspId: 'Org1MSP', chaincode: 'put' };
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
    await using running = new AsyncDisposableStack();
    running.use(await startFabric(join(folder, 'fabric'), settings));
    const devnetDir = join(folder, 'devnet');
    const chaincodes = { put: { source: `module:${PUT_CHAINCODE}` } };
    const channels = { [ON_DEVNET.channel]: { organizations: ORGANIZATIONS, chaincodes } };
    await using devnet = devnetProcess(devnetDir, channels, { batchTimeoutMs: settings.blockTimeoutMs });
    await devnet.start();
    await using embedded = new WorkerProcess<ClientWorker>('devnet/client.worker.js');
    await using real = new WorkerProcess<ClientWorker>('devnet/client.worker.js');
    await embedded.call('connect', { dir: devnetDir, ...ON_DEVNET });
    await real.call('connect', { dir: fabricFolder(join(folder, 'fabric')), ...PUT_ON_FABRIC });
    progress('embedded network and Fabric: rounds');
    const [a = [], b = []] = await inTurn(quick ? ROUNDS.quick : ROUNDS.full, [
      () => embedded.call('round', LOAD),
      () => real.call('round', LOAD),
    ]);
    return { measured: growthRatio(a, b), control: null };
  },
};
