import type { Budget } from '../run/budget.js';
import { growthRatio, type BenchContext, type Measure, type Outcome } from '../run/measure.js';
import { inTurn, type Rounds, type Side } from '../run/rounds.js';
import { ANNOUNCED_ON, AnnouncingNetwork, onDevnet, onFabric, type StartNetwork } from './network.js';

const IN_FLIGHT = 128;
/** Records of a transaction: of 128 at once, all are endorsed within what our client waits for that. */
const RECORDS_EACH = 32;
const CONTROL_RECORDS_EACH = 2;
const TRANSACTIONS = 256;
const ROUNDS: Record<'quick' | 'full', Rounds> = {
  quick: { warmUp: 1, counted: 2 },
  full: { warmUp: 1, counted: 5 },
};

/** What a patient's records gain by sharing transactions. */
export const anchoredVsOneTx = aggregation({
  name: 'anchored_records_vs_one_tx',
  budget: { atLeast: 20 },
  on: 'Fabric (small profile: one Raft orderer, four peers, two organisations endorse)',
  whyMissed: `Every record keeps what it is worth alone: its own signed statement, which each endorser's chaincode verifies, its own
    state and index rows, which each peer writes. Only what belongs to a transaction is shared, so that the gain ends where
    that is the smaller part.`,
  start: onFabric,
});

/** The same on the embedded network, whose transactions cost less by themselves. */
export const anchoredVsOneTxOnDevnet = aggregation({
  name: 'anchored_records_vs_one_tx_embedded',
  budget: 'reported',
  on: 'the embedded network',
  start: onDevnet,
});

interface Aggregation {
  readonly name: string;
  readonly budget: Budget;
  /** The network, in words. */
  readonly on: string;
  readonly whyMissed?: string;
  readonly start: StartNetwork;
}

function aggregation({ name, budget, on, whyMissed, start }: Aggregation): Measure {
  const isReported = budget === 'reported';
  return {
    ...{ name, unit: 'records/s', budget, ...(whyMissed !== undefined && { whyMissed }) },
    a: `${RECORDS_EACH} records in each transaction`,
    b: 'one in each',
    what: `Records a second by the wall clock that our ledger client announces on channel ${ANNOUNCED_ON} of ${on}, with the
      project's own chaincode, ${IN_FLIGHT} transactions in flight on both sides, from proposal to VALID. Each record is
      a statement of its patient's gateway, signed beforehand, verified by every endorser, with rows of its own in the
      ledger's state: at the end they are counted.`,
    controlWhat: isReported ? null : `${CONTROL_RECORDS_EACH} records in each transaction, against one`,

    async run({ folder, quick, progress }: BenchContext): Promise<Outcome> {
      progress(`${name}: the network starts`);
      await using network = await AnnouncingNetwork.open(folder, start, RECORDS_EACH);
      const side = (recordsEach: number): Side => {
        return () => network.round({ transactions: TRANSACTIONS, inFlight: IN_FLIGHT, recordsEach });
      };
      progress(`${name}: rounds`);
      const sides = [side(RECORDS_EACH), side(1), ...(isReported ? [] : [side(CONTROL_RECORDS_EACH)])];
      const [many = [], one = [], control] = await inTurn(quick ? ROUNDS.quick : ROUNDS.full, sides);
      await network.check();
      return {
        measured: growthRatio(many, one),
        control: control === undefined ? null : growthRatio(control, one),
      };
    },
  };
}
