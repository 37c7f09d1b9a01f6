import type { LedgerChannel } from '@careledger/ledger';
import { putInFlight, type PutRound } from '../devnet/put-in-flight.js';
import { connectAs, type LedgerConnection } from '../ledger/connect.js';
import { serveWorker } from '../worker/serve.js';
import { PUT_CONTRACT } from './put-contract.js';

let channel: LedgerChannel | undefined;

const handlers = {
  connect({ channel: name, ...connection }: LedgerConnection & { readonly channel: string }): void {
    channel = connectAs(connection).channel(name);
  },
  /** Submits and waits for each commit, or it throws. Returns transactions per second. */
  round(round: PutRound): Promise<number> {
    const on = channel;
    if (on === undefined) throw new Error('The ledger was not connected');
    return putInFlight(round, (key, value) => on.submit(PUT_CONTRACT, 'putJson', { key, value }));
  },
};

export type LedgerWorker = typeof handlers;

serveWorker(handlers);
