import { projectSettings } from '../../fabric/definition.js';
import { requireFabric } from '../../fabric/network.js';
import { startPutFabric } from '../../fabric/put-network.js';
import type { Experiment } from '../experiment.js';
import { LONG_MS, SHORT_MS, figuresByTimeout, latencyShown } from './by-timeout.js';

const NAME = 'fabric-block-timeout';

/** The same on Fabric: what a peer and an orderer of their own add. */
export const fabricBlockTimeout: Experiment = {
  name: NAME,
  title: 'Latency by block timeout on Fabric',
  what: `The same on Fabric's own programs: one Raft orderer, four peers in processes of their own on this machine, two of three
    organisations endorse, the same client and the same chaincode. Each block timeout is a new network.`,
  async run(context) {
    await requireFabric();
    return figuresByTimeout(NAME, context, (dir, blockTimeoutMs) =>
      startPutFabric(dir, { ...projectSettings(), blockTimeoutMs }),
    );
  },
  meaning(figures) {
    const ms = latencyShown(figures, NAME);
    const { blockTimeoutMs } = projectSettings();
    return `A transaction alone takes ${ms(1, SHORT_MS)} ms at a timeout of ${SHORT_MS} ms and ${ms(1, LONG_MS)} at ${LONG_MS}: on
      Fabric, too, it is the timeout that is waited for. With 128 in flight it takes ${ms(128, SHORT_MS)} and ${ms(128, LONG_MS)} ms,
      where endorsing and committing weigh more than the wait. So the network's definition has ${blockTimeoutMs} ms, a tenth of
      Fabric's default of 2 s: decisions, on which somebody waits, come alone more often than not; records, on which nobody waits,
      share their transactions, and lose nothing by blocks that are less full.`;
  },
};
