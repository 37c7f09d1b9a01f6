import { join } from 'node:path';
import { nodeVerifier } from '@careledger/crypto';
import type { KeyStore } from '@careledger/crypto/key-store';
import { openServiceLedger } from '@careledger/ledger/service';
import type { Logger } from '@careledger/service-kit';
import type { ApiConfig } from './config.js';
import { Issuer } from './issuer.js';
import { KEY } from './keys.js';
import type { Channels } from './ledger-port.js';
import { SealedBox } from './store/sealed-box.js';
import { STORE_FILE, SqliteStore } from './store/store.js';

/** Opens what every part of the service stands on, beside this authority's keys: its store, its connection to the ledger. */
export function openFoundation(config: ApiConfig, logger: Logger, keys: KeyStore) {
  const { answerWithinMs, authorityId, dataDir, endpoint, networkId } = config;
  const store = new SqliteStore(join(dataDir, STORE_FILE));
  const { ledger, close: closeLedger } = openServiceLedger(config.ledger, dataDir);
  const channels: Channels = { authorities: ledger.channel('authorities'), cloud: ledger.channel('cloud') };
  return {
    answerWithinMs,
    authorityId,
    endpoint,
    networkId,
    logger,
    keys,
    issuer: new Issuer(authorityId, networkId, keys.signer(KEY.signing)),
    ownKey: keys.x25519(KEY.encryption),
    /** All generations of it. */
    encryptionKeys: keys.x25519Generations(KEY.encryption),
    verifier: nodeVerifier(),
    store,
    box: new SealedBox(keys.secret(KEY.store)),
    /** This organisation. */
    mspId: config.ledger.mspId,
    /** Whose peers can be asked on channel `cloud`; empty where this organisation has one of its own there. */
    cloudMspIds: config.ledger.peerMspIds?.['cloud'] ?? [],
    ledger,
    closeLedger,
    channels,
    ...channels,
  };
}
