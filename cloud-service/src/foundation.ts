import { join } from 'node:path';
import { sodiumSigner, sodiumVerifier } from '@careledger/crypto/sodium';
import { openServiceLedger } from '@careledger/ledger/service';
import { openDatabase, prepareDataDir, type Logger } from '@careledger/service-kit';
import { FileBlobStore } from './blobs/file-blob-store.js';
import type { Clock } from './clock.js';
import type { CloudConfig } from './config.js';
import { KEY, openKeys } from './keys.js';
import { OwnPeer } from './ledger/own-peer.js';
import { HeldVersionStore } from './store/held-version-store.js';
import { STORE_FILE, migrations } from './store/migrations.js';

/** Opens what every part of the service stands on: this provider's keys, its stores, its connection to the ledger. */
export async function openFoundation(config: CloudConfig, logger: Logger, clock: Clock) {
  const { dataDir, networkId, providerId } = config;
  prepareDataDir(dataDir);
  const keys = await openKeys(dataDir, config.keyPassphrase);
  const database = openDatabase({ path: join(dataDir, STORE_FILE), migrations });
  const { ledger, close: closeLedger } = openServiceLedger(config.ledger, dataDir);
  const cloud = ledger.channel('cloud');
  return {
    providerId,
    networkId,
    logger,
    clock,
    keys,
    signer: keys.signer(KEY.signing, sodiumSigner),
    verifier: sodiumVerifier(),
    database,
    blobs: new FileBlobStore(join(dataDir, 'blobs')),
    versions: new HeldVersionStore(database),
    ledger,
    closeLedger,
    cloud,
    ownPeer: new OwnPeer(cloud, config.ledger.mspId),
  };
}
