import { join } from 'node:path';
import { single, type BenchContext, type Measure, type Outcome } from '../run/measure.js';
import { inTurn, type Rounds } from '../run/rounds.js';
import { startPutDevnet } from './put-network.js';

const IN_FLIGHT = 128;
const TRANSACTIONS = 640;
/** One at a time takes the batch timeout each. */
const CONTROL_TRANSACTIONS = 40;
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
    await using network = await startPutDevnet(join(folder, 'submit'));
    const { client } = network;
    progress('devnet submit');
    const [many = [], one = []] = await inTurn(quick ? ROUNDS.quick : ROUNDS.full, [
      () => client.call('round', { transactions: TRANSACTIONS, inFlight: IN_FLIGHT }),
      () => client.call('round', { transactions: CONTROL_TRANSACTIONS, inFlight: 1 }),
    ]);
    return { measured: single(many), control: single(one) };
  },
};
