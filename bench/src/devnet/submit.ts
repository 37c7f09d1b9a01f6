import { join } from 'node:path';
import { WorkerProcess } from '../worker/worker-process.js';
import { single, type BenchContext, type Measure, type Outcome } from '../run/measure.js';
import { inTurn, type Rounds } from '../run/rounds.js';
import type { ClientWorker } from './client.worker.js';
import { PUT_CHAINCODE, devnetProcess } from './process.js';

const IN_FLIGHT = 128;
const TRANSACTIONS = 640;
/** One at a time takes the batch timeout each. */
const CONTROL_TRANSACTIONS = 40;
const ORGANIZATIONS = ['Org1MSP', 'Org2MSP', 'Org3MSP'];
const ROUNDS: Record<'quick' | 'full', Rounds> = {
  quick: { warmUp: 1, counted: 3 },
  full: { warmUp: 2, counted: 9 },
};

/** How much the embedded network takes. */
export const devnetSubmit: Measure = {
  name: 'devnet_submit_128',
  unit: 'tx/s',
  budget: { atLeast: 150 },
  a: '128 in flight',
  b: null,
  what: `Transactions a second by the wall clock, from proposal to VALID, 128 in flight: a fabric-gateway client with a
    native signer in one process, the embedded network with a chaincode that puts 300 characters in another, majority
    of three organisations, every block synced before a commit is reported.`,
  controlWhat: 'one in flight at a time',

  async run({ folder, quick, progress }: BenchContext): Promise<Outcome> {
    const dir = join(folder, 'submit');
    const chaincodes = { put: { source: `module:${PUT_CHAINCODE}` } };
    await using devnet = devnetProcess(dir, { ch: { organizations: ORGANIZATIONS, chaincodes } });
    await devnet.start();
    await using client = new WorkerProcess<ClientWorker>('devnet/client.worker.js');
    await client.call('connect', { dir, channel: 'ch', mspId: 'Org1MSP', chaincode: 'put' });
    progress('devnet submit');
    const [many = [], one = []] = await inTurn(quick ? ROUNDS.quick : ROUNDS.full, [
      () => client.call('round', { transactions: TRANSACTIONS, inFlight: IN_FLIGHT }),
      () => client.call('round', { transactions: CONTROL_TRANSACTIONS, inFlight: 1 }),
    ]);
    return { measured: single(many), control: single(one) };
  },
};
