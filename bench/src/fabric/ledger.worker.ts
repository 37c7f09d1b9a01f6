import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectLedger, loadConnection, type LedgerChannel } from '@careledger/ledger';
import { openLedgerStore } from '@careledger/ledger/sqlite';
import { putInFlight, type PutRound } from '../devnet/put-in-flight.js';
import { serveWorker } from '../worker/serve.js';
import { PUT_CONTRACT } from './put-contract.js';

let channel: LedgerChannel | undefined;

const handlers = {
  /** Connects as services do, with a journal on disk. */
  connect({ dir, channel: name, mspId, storePath }: ConnectRequest): void {
    const identity = join(dir, 'organizations', mspId, 'user');
    const pems = {
      certificatePem: readFileSync(join(identity, 'cert.pem'), 'utf8'),
      privateKeyPem: readFileSync(join(identity, 'key.pem'), 'utf8'),
    };
    const connection = loadConnection(join(dir, 'connection.json'));
    channel = connectLedger({ connection, mspId, ...pems, ...openLedgerStore(storePath) }).channel(name);
  },
  /** Submits and waits for each commit, or it throws. Returns transactions per second. */
  round(round: PutRound): Promise<number> {
    const on = channel;
    if (on === undefined) throw new Error('The ledger was not connected');
    return putInFlight(round, (key, value) => on.submit(PUT_CONTRACT, 'putJson', { key, value }));
  },
};

interface ConnectRequest {
  readonly dir: string;
  readonly channel: string;
  readonly mspId: string;
  /** File of the journal. */
  readonly storePath: string;
}

export type LedgerWorker = typeof handlers;

serveWorker(handlers);
