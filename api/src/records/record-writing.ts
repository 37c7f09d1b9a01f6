import type { X25519KeyPair } from '@careledger/crypto';
import type { KeyStore } from '@careledger/crypto/key-store';
import type { Logger, LongWork } from '@careledger/service-kit';
import type { Static } from 'typebox';
import { KEY } from '../keys.js';
import type { AnsweredWork } from '../outbox/answered-work.js';
import type { Registrations } from '../policy/registrations.js';
import { FORMAT_RETIRED } from '../store/former-formats.js';
import type { WriteStatus } from './schemas.js';
import { Sharing } from './sharing.js';
import { WriteService, type WriteServiceOptions } from './write-service.js';
import { WriteStore } from './write-store.js';
import { WriteTask, type WriteTaskOptions } from './write-task.js';
import { writingOf } from './writing.js';

export interface RecordWritingOptions
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

/** What takes records to be written and brings them on their way, for every route that takes some. */
export interface RecordWriting {
  readonly writer: WriteService;
  readonly writes: WriteStore;
  /** Versions on their way, as jobs. */
  readonly writing: LongWork<Static<typeof WriteStatus>>;
}

/** What earlier runs left goes on from here on. */
export function recordWriting(options: RecordWritingOptions): RecordWriting {
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
  return { writer, writes, writing: writingOf({ ...options, writes }) };
}
