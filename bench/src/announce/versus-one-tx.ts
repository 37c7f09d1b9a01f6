import type { Budget } from '../run/budget.js';
import { growthRatio, type BenchContext, type Measure, type Outcome } from '../run/measure.js';
import { inTurn, type Rounds, type Side } from '../run/rounds.js';
import { ANNOUNCED_ON, AnnouncingNetwork, onDevnet, onFabric, type StartNetwork } from './network.js';

const IN_FLIGHT = 128;
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
  whyMissed: `Every record keeps what it has alone: a signed statement, which each endorser's chaincode verifies, and rows of its own,
    which each peer endorses, carries in a block and writes. Only what belongs to a transaction is shared: its signatures, its place in a
    block, and the messages between chaincode and peer, one for all reads of a kind and one for all writes. What is left of a record is
    the chaincode's, the largest part of it the verifying, and as much the peers' (docs/experiments.md has the CPU by records in a
    transaction). A gain like the budget would take records without statements or rows of their own, of which the ledger could not say
    whose they are.`,
  // A gateway gathers up to BATCH_MAX_ITEMS. Here fewer: what 128 transactions carry at once has to be endorsed within the 30 s that
  // Fabric waits for that.
  recordsEach: 64,
  start: onFabric,
});

/** The same on the embedded network, whose transactions cost less by themselves. */
export const anchoredVsOneTxOnDevnet = aggregation({
  name: 'anchored_records_vs_one_tx_embedded',
  budget: 'reported',
  on: 'the embedded network',
  // It endorses for three organisations in one process.
  recordsEach: 16,
  start: onDevnet,
});

interface Aggregation {
  readonly name: string;
  readonly budget: Budget;
  /** The network, in words. */
  readonly on: string;
  readonly whyMissed?: string;
  /** Of each transaction, where they share one. */
  readonly recordsEach: number;
  readonly start: StartNetwork;
}

function aggregation({ name, budget, on, whyMissed, recordsEach: many, start }: Aggregation): Measure {
  const isReported = budget === 'reported';
  return {
    ...{ name, unit: 'records/s', budget, ...(whyMissed !== undefined && { whyMissed }) },
    a: `${many} records in each transaction`,
    b: 'one in each',
    what: `Records a second by the wall clock that our ledger client announces on channel ${ANNOUNCED_ON} of ${on}, with the
      project's own chaincode, ${IN_FLIGHT} transactions in flight on both sides, from proposal to VALID. Each record is
      a statement of its patient's gateway, signed beforehand, verified by every endorser, with rows of its own in the
      ledger's state: at the end they are counted.`,
    controlWhat: isReported ? null : `${CONTROL_RECORDS_EACH} records in each transaction, against one`,

    async run({ folder, quick, progress }: BenchContext): Promise<Outcome> {
      progress(`${name}: the network starts`);
      await using network = await AnnouncingNetwork.open(folder, start, many);
      const side = (recordsEach: number): Side => {
        return () => network.round({ transactions: TRANSACTIONS, inFlight: IN_FLIGHT, recordsEach });
      };
      progress(`${name}: rounds`);
      const sides = [side(many), side(1), ...(isReported ? [] : [side(CONTROL_RECORDS_EACH)])];
      const [shared = [], one = [], control] = await inTurn(quick ? ROUNDS.quick : ROUNDS.full, sides);
      await network.check();
      return {
        measured: growthRatio(shared, one),
        control: control === undefined ? null : growthRatio(control, one),
      };
    },
  };
}
