import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@careledger/examples';

/** Nothing is written by itself for this long where nothing is going on. */
const QUIET_MS = 1_500;

/** What the ledgers of a deployment are once nothing is written any more. */
export function settled<Ledgers>(deployment: { ledgers(): Promise<Ledgers> }): Promise<Ledgers> {
  return eventually('the ledgers coming to rest', async () => {
    const before = await deployment.ledgers();
    await delay(QUIET_MS);
    const after = await deployment.ledgers();
    return JSON.stringify(before) === JSON.stringify(after) ? after : undefined;
  });
}
