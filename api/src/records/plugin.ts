import type { KeyStore } from '@careledger/crypto/key-store';
import type { X25519KeyPair } from '@careledger/crypto';
import type { Logger, ServiceApp } from '@careledger/service-kit';
import { KEY } from '../keys.js';
import type { AnsweredWork } from '../outbox/answered-work.js';
import type { Registrations } from '../policy/registrations.js';
import { FORMAT_RETIRED } from '../store/former-formats.js';
import { addRecordRoutes } from './routes.js';
import { Sharing } from './sharing.js';
import { WriteService, type WriteServiceOptions } from './write-service.js';
import { WriteStore } from './write-store.js';
import { WriteTask, type WriteTaskOptions } from './write-task.js';

export interface RecordsOptions
  extends
    Omit<WriteServiceOptions, 'outbox' | 'recordSecret' | 'writes'>,
    Omit<WriteTaskOptions, 'sharing' | 'writes'>,
    AnsweredWork {
  readonly authorityId: string;
  readonly keys: KeyStore;
  /** All generations of this authority's encryption key. */
  readonly encryptionKeys: readonly X25519KeyPair[];
  readonly registrations: Registrations;
  readonly logger: Logger;
}

/** Records: announced ones listed, own ones written and revised. Opening one is `access`. */
export async function recordsPlugin(app: ServiceApp, options: RecordsOptions): Promise<void> {
  const { encryptionKeys, issuer, keys, logger, outbox, store } = options;
  const writes = new WriteStore(store);
  const retired = writes.countRefused(FORMAT_RETIRED);
  if (retired > 0)
    logger.warn(
      { writes: retired },
      'a former release left writes that no ledger takes any more (FORMAT_RETIRED): have them written again',
    );
  const sharing = new Sharing({ ...options, signer: issuer.signer, keys: encryptionKeys });
  outbox.handle('record', new WriteTask({ ...options, writes, sharing }));
  const recordSecret = keys.secret(KEY.recordIds);
  const writer = new WriteService({ ...options, recordSecret, writes });
  addRecordRoutes(app, { ...options, writer, writes });
}
