import { startPutDevnet } from '../../devnet/put-network.js';
import type { Experiment } from '../experiment.js';
import { LONG_MS, SHORT_MS, figuresByTimeout, latencyShown } from './by-timeout.js';

const NAME = 'block-timeout';

/** How long an orderer should wait for more. */
export const blockTimeout: Experiment = {
  name: NAME,
  title: 'Latency by block timeout',
  what: `Time from a proposal to its commit, and transactions a second, on the embedded network with three organisations and a
    majority policy, by how long the orderer waits for a block to fill, with 1, 16 and 128 transactions in flight. With
    several in flight the time is that of Little's law: those in flight over the rate.`,
  run: (context) =>
    figuresByTimeout(NAME, context, (dir, batchTimeoutMs) => startPutDevnet(dir, { batchTimeoutMs })),
  meaning(figures) {
    const ms = latencyShown(figures, NAME);
    return `A transaction alone waits for its block: ${ms(1, SHORT_MS)} ms at a timeout of ${SHORT_MS} ms, ${ms(1, LONG_MS)} at
      ${LONG_MS}. With 128 in flight blocks do not fill either, and all of them wait: ${ms(128, SHORT_MS)} and
      ${ms(128, LONG_MS)} ms. Emergencies do not: they go to the authorities directly, and to the ledger besides. What does wait
      is a decision, e.g. a request for one record, so a short timeout is worth its smaller blocks.`;
  },
};
