import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectLedger, loadConnection, type ConnectLedgerOptions, type Ledger } from '@careledger/ledger';
import { openLedgerStore } from '@careledger/ledger/sqlite';

export interface LedgerConnection {
  /** Folder of a network, embedded or Fabric: its connection file, its identities. */
  readonly dir: string;
  readonly mspId: string;
  /** Of the organisation's identity. */
  readonly name: 'user' | 'gateway';
  /** File of the journal. */
  readonly storePath: string;
}

/**
 * Connects as services do, with a journal on disk.
 * @param timeouts where a load keeps transactions waiting for longer than a service would
 */
export function connectAs(
  { dir, mspId, name, storePath }: LedgerConnection,
  timeouts: ConnectLedgerOptions['timeouts'] = {},
): Ledger {
  const identity = join(dir, 'organizations', mspId, name);
  return connectLedger({
    ...{ connection: loadConnection(join(dir, 'connection.json')), mspId },
    certificatePem: readFileSync(join(identity, 'cert.pem'), 'utf8'),
    privateKeyPem: readFileSync(join(identity, 'key.pem'), 'utf8'),
    ...{ ...openLedgerStore(storePath), timeouts },
  });
}
