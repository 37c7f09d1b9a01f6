import { join } from 'node:path';
import { closedObject } from '@careledger/domain';
import { Type, type Static } from 'typebox';
import { loadConnection } from '../fabric/connection.js';
import { readIdentity } from '../fabric/identity-files.js';
import { connectLedger, type Ledger } from '../ledger.js';
import { openLedgerStore } from '../store/sqlite.js';

const File = Type.String({ minLength: 1 });

/** How a service reaches the network: the part of its configuration that every service has. */
export const LedgerConfig = closedObject({
  /** `connection.json` of the network. */
  connectionFile: File,
  /** Organisation of the identity. */
  mspId: File,
  /** A file, or the folder that holds it: `signcerts` and `keystore` of an MSP folder. */
  certificateFile: File,
  privateKeyFile: File,
  /** By channel on which the own organisation has no peer: whose to ask, in order, e.g. `{cloud: [PatientsMSP]}`. */
  peerMspIds: Type.Optional(Type.Record(Type.String(), Type.Array(Type.String(), { minItems: 1 }))),
  /** For peers that ask for a client certificate. */
  clientTls: Type.Optional(closedObject({ certificateFile: File, privateKeyFile: File })),
});
export type LedgerConfig = Static<typeof LedgerConfig>;

/** A ledger connection together with its journal and checkpoints on disk. */
export interface ServiceLedger extends Disposable {
  readonly ledger: Ledger;
  close(): void;
}

/** Journal and checkpoints lie in `dataDir/FILE`; `FILE` differs where one service has several identities. */
export function openServiceLedger(config: LedgerConfig, dataDir: string, file = 'ledger.db'): ServiceLedger {
  const store = openLedgerStore(join(dataDir, file));
  const { clientTls } = config;
  const ledger = connectLedger({
    connection: loadConnection(config.connectionFile),
    mspId: config.mspId,
    ...readIdentity(config),
    journal: store.journal,
    checkpoints: store.checkpoints,
    ...(config.peerMspIds && { peerMspIds: config.peerMspIds }),
    ...(clientTls && { clientTls: readIdentity(clientTls) }),
  });
  const close = () => {
    ledger.close();
    store.close();
  };
  return { ledger, close, [Symbol.dispose]: close };
}
