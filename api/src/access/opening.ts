import type { X25519KeyPair } from '@careledger/crypto';
import type { KeyStore } from '@careledger/crypto/key-store';
import type { ServiceApp } from '@careledger/service-kit';
import { KEY } from '../keys.js';
import type { Outbox } from '../outbox/outbox.js';
import type { KnownScopes } from '../policy/known-scopes.js';
import { AccessService, type AccessServiceOptions } from './access-service.js';
import { CloudWitnesses } from './cloud-witnesses.js';
import { countAccesses } from './metrics.js';
import { Receipts } from './receipts.js';
import { Versions } from './versions.js';

export interface OpeningRecordsOptions extends Omit<
  AccessServiceOptions,
  'count' | 'keys' | 'receipts' | 'witnesses'
> {
  readonly scopes: KnownScopes;
  readonly keys: KeyStore;
  /** All generations of this authority's encryption key. */
  readonly encryptionKeys: readonly X25519KeyPair[];
  /** This organisation. */
  readonly mspId: string;
  /** Whose peers can be asked on channel `cloud`; empty where this organisation has one of its own there. */
  readonly cloudMspIds: readonly string[];
  readonly outbox: Outbox;
  readonly metrics: ServiceApp['metrics'];
}

/** What finds versions of records and opens them, for every route that shows some. */
export interface OpeningRecords {
  readonly service: AccessService;
  readonly versions: Versions;
}

/** Receipts for what was opened before the process ended leave from here on. */
export function openingRecords(options: OpeningRecordsOptions): OpeningRecords {
  const { cloudMspIds, encryptionKeys, keys, metrics, mspId, outbox } = options;
  const receipts = new Receipts(options);
  outbox.handle('receipt', receipts);
  const peerMspIds = cloudMspIds.length === 0 ? [mspId] : cloudMspIds;
  const witnesses = new CloudWitnesses({ mspId, peerMspIds });
  const service = new AccessService({
    ...options,
    witnesses,
    keys: [...encryptionKeys, ...keys.x25519Generations(KEY.breakGlass)],
    receipts,
    count: countAccesses(metrics),
  });
  return { service, versions: new Versions({ ...options, witnesses }) };
}
