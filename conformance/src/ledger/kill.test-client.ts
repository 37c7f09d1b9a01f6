/** A client for kill.test.ts: submits without end, tells its parent what was acknowledged, and is killed. */
import { readFileSync } from 'node:fs';
import { connectLedger, type NetworkConnection } from '@careledger/ledger';
import { openLedgerStore } from '@careledger/ledger/sqlite';
import { counter } from '../fixtures/counter/counter-contract.js';
import { CHANNEL } from '../fixtures/counter/trial-network.js';

interface ClientConfiguration {
  readonly connection: NetworkConnection;
  readonly mspId: string;
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  readonly database: string;
  readonly inFlight: number;
}

const { database, inFlight, ...identity } = JSON.parse(
  readFileSync(process.argv[2] as string, 'utf8'),
) as ClientConfiguration;
const { journal, checkpoints } = openLedgerStore(database);
const channel = connectLedger({ ...identity, journal, checkpoints }).channel(CHANNEL);
let next = 0;
const submitForEver = async (): Promise<never> => {
  for (;;) {
    const { transactionId } = await channel.submit(counter, 'Put', { key: `c${next++}` });
    process.send?.(transactionId);
  }
};
await Promise.all(Array.from({ length: inFlight }, submitForEver));
