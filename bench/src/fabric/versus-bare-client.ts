import { growthRatio, type BenchContext, type Measure, type Outcome } from '../run/measure.js';
import { inTurn, type Rounds } from '../run/rounds.js';
import { projectSettings } from './definition.js';
import { requireFabric } from './network.js';
import { startPutFabric } from './put-network.js';

const LOAD = { transactions: 512, inFlight: 128 };
/** One of the 128 at a time has no others to share a block with, so few of them suffice. */
const CONTROL_LOAD = { transactions: 64, inFlight: 16 };
const ROUNDS: Record<'quick' | 'full', Rounds> = {
  quick: { warmUp: 1, counted: 3 },
  full: { warmUp: 2, counted: 9 },
};

/** What our ledger client adds to Fabric's own. */
export const fabricSubmitVsBareClient: Measure = {
  name: 'fabric_submit_vs_bare_client',
  unit: 'tx/s',
  budget: { atLeast: 0.9 },
  a: `our ledger client, ${LOAD.inFlight} in flight`,
  b: 'fabric-gateway in a bare loop, as many in flight',
  what: `Transactions a second by the wall clock on one Fabric network of this machine (small profile: one Raft orderer, four peers,
    two of three organisations endorse), from proposal to VALID. Ours: checks of what is sent and answered, the endorsed bytes
    in a journal on disk before they are submitted, one signature for every sending. Fabric's own: submitTransaction, with
    the same native signer. The chaincode puts 300 characters.`,
  controlWhat: `our client with ${CONTROL_LOAD.inFlight} in flight`,

  async run({ folder, quick, progress }: BenchContext): Promise<Outcome> {
    await requireFabric();
    progress('our client and a bare one: Fabric starts');
    await using network = await startPutFabric(folder, projectSettings());
    const { client: bare, ledger: ours } = network;
    progress('our client and a bare one: rounds');
    const [a = [], b = [], few = []] = await inTurn(quick ? ROUNDS.quick : ROUNDS.full, [
      () => ours.call('round', LOAD),
      () => bare.call('round', LOAD),
      () => ours.call('round', CONTROL_LOAD),
    ]);
    return { measured: growthRatio(a, b), control: growthRatio(few, b) };
  },
};
