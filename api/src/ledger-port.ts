import { setTimeout as delay } from 'node:timers/promises';
import { LedgerError, type LedgerChannel } from '@careledger/ledger';

/** One channel of the ledger, as far as this service uses it. */
export type Channel = Pick<LedgerChannel, 'name' | 'submit' | 'evaluate' | 'preview' | 'events'>;

/** Both channels. `cloud` is asked at the peer of another organisation: authorities have none there. */
export interface Channels {
  readonly authorities: Channel;
  readonly cloud: Channel;
}

/**
 * What the ledger answers, or undefined where it is away: it fails, or says nothing for so long. A refusal of the
 * chaincode's is an answer, and thrown.
 * @throws LedgerError CHAINCODE_REFUSED
 */
export async function answerWithin<T>(limitMs: number, call: () => Promise<T>): Promise<T | undefined> {
  const over = new AbortController();
  const answer = call().catch((error: unknown) => {
    if (!(error instanceof LedgerError) || error.code === 'CHAINCODE_REFUSED') throw error;
    return undefined;
  });
  // Who gave up waiting does not hear of a late refusal.
  answer.catch(() => undefined);
  try {
    return await Promise.race([answer, delay(limitMs, undefined, { signal: over.signal })]);
  } finally {
    over.abort();
  }
}
