import { BenchError } from '../errors.js';
import { growthRatio, type BenchContext, type Measure, type Outcome } from '../run/measure.js';
import { inTurn, type Rounds } from '../run/rounds.js';
import { WorkerProcess } from '../worker/worker-process.js';
import type { DecideWorker } from './decide.worker.js';

const MANY_GRANTS = 10_000;
const FEW_GRANTS = 10;
const DECISIONS = 2_000;
/** Each looks at all that was ever granted. */
const CONTROL_DECISIONS = 5;
/** On both sides the first 16,000 decisions cost more and differ from run to run, until V8 has compiled what they run for good. */
const WARM_UP = 10;
const ROUNDS: Record<'quick' | 'full', Rounds> = {
  quick: { warmUp: WARM_UP, counted: 5 },
  full: { warmUp: WARM_UP, counted: 9 },
};

/** Whether a decision stays as cheap, however much a patient has granted. */
export const decideGrowth: Measure = {
  name: 'decide_10k_vs_10_grants',
  unit: 'us/decision',
  budget: { atMost: 1.2 },
  a: 'of a patient with 10,000 grants',
  b: 'of one with 10',
  what: `CPU of the process, all threads, per decision of the chaincode itself (Decide of access-control) on a state in SQLite
    in memory. Who asks has ten grants in both; the others are to more authorities, 64 each, and stand. Both decisions have
    to read the same number of keys, or there is no figure.`,
  controlWhat: 'each decision after a look at the whole policy, as it is found for a past date',

  async run({ quick, progress }: BenchContext): Promise<Outcome> {
    await using many = new WorkerProcess<DecideWorker>('decide/decide.worker.js');
    await using few = new WorkerProcess<DecideWorker>('decide/decide.worker.js');
    progress(`decide: ${MANY_GRANTS} grants`);
    const [keysOfMany, keysOfFew] = await Promise.all([
      many.call('build', MANY_GRANTS),
      few.call('build', FEW_GRANTS),
    ]);
    if (keysOfMany !== keysOfFew)
      throw new BenchError('MEASURE_INVALID', `Decisions read ${keysOfMany} keys and ${keysOfFew}.`);
    progress(`decide: rounds, ${keysOfMany} keys each`);
    const rounds = quick ? ROUNDS.quick : ROUNDS.full;
    const [a = [], b = []] = await inTurn(rounds, [
      () => many.call('decide', DECISIONS),
      () => few.call('decide', DECISIONS),
    ]);
    progress('decide: control');
    const [allA = [], allB = []] = await inTurn(rounds, [
      () => many.call('decideByAll', CONTROL_DECISIONS),
      () => few.call('decideByAll', CONTROL_DECISIONS),
    ]);
    return { measured: growthRatio(a, b), control: growthRatio(allA, allB) };
  },
};
