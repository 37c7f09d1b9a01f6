import type { KeyStore } from '@careledger/crypto/key-store';
import type { X25519KeyPair } from '@careledger/crypto';
import type { ServiceApp } from '@careledger/service-kit';
import { KEY } from '../keys.js';
import type { Outbox } from '../outbox/outbox.js';
import type { KnownScopes } from '../policy/known-scopes.js';
import { AccessService, type AccessServiceOptions } from './access-service.js';
import { addAnswerRoutes } from './answer-routes.js';
import { addAuditRoutes } from './audit-routes.js';
import { CloudWitnesses } from './cloud-witnesses.js';
import { countAccesses } from './metrics.js';
import type { NoticeReadings } from './notice-readings.js';
import { Receipts } from './receipts.js';
import { addAccessRoutes } from './routes.js';
import { Versions } from './versions.js';

export interface AccessOptions extends Omit<
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
  readonly readings: NoticeReadings;
  readonly outbox: Outbox;
}

/** What asks for records, for the routes below and for the copies that are kept. */
export interface OpenedAccess {
  readonly service: AccessService;
  readonly versions: Versions;
}

/** Its receipts and readings go with the outbox. */
export function openAccess(app: ServiceApp, options: AccessOptions): OpenedAccess {
  const { cloudMspIds, encryptionKeys, keys, mspId, outbox, readings } = options;
  const receipts = new Receipts(options);
  outbox.handle('receipt', receipts);
  outbox.handle('reading', readings);
  const peerMspIds = cloudMspIds.length === 0 ? [mspId] : cloudMspIds;
  const witnesses = new CloudWitnesses({ mspId, peerMspIds });
  const service = new AccessService({
    ...options,
    witnesses,
    keys: [...encryptionKeys, ...keys.x25519Generations(KEY.breakGlass)],
    receipts,
    count: countAccesses(app.metrics),
  });
  return { service, versions: new Versions({ ...options, witnesses }) };
}

/** Records of others: asked for through a provider, checked, opened, signed for; and the log of all that was shown. */
export async function accessPlugin(
  app: ServiceApp,
  { access, ...options }: AccessOptions & { readonly access: OpenedAccess },
): Promise<void> {
  addAccessRoutes(app, access.service, access.versions);
  addAuditRoutes(app, options);
  addAnswerRoutes(app, options);
}
