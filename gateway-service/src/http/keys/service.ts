import { timestampOf } from '@careledger/domain';
import type { Logger } from '@careledger/service-kit';
import { changePassphrase } from '../../consent/unlock.js';
import type { GatewayCore } from '../../core.js';
import type { PassphraseChanges } from '../../patients/passphrase-changes.js';
import type { PassphraseBody, PassphraseView } from './schemas.js';

export interface KeyServiceOptions {
  readonly core: Pick<GatewayCore, 'patients'>;
  readonly passphraseChanges: Pick<PassphraseChanges, 'note'>;
  readonly clock: () => number;
  readonly logger: Pick<Logger, 'info'>;
}

/** What guards a patient's keys. */
export class KeyService {
  readonly #options: KeyServiceOptions;

  constructor(options: KeyServiceOptions) {
    this.#options = options;
  }

  /** @param caller names who gives the passphrase, as `callerOf` does */
  async changePassphrase(patientId: string, body: PassphraseBody, caller: string): Promise<PassphraseView> {
    const { core, passphraseChanges, clock, logger } = this.#options;
    const patient = core.patients.get(patientId);
    const { passphrase, newPassphrase } = body;
    await changePassphrase(core, patient, { passphrase, caller }, newPassphrase);
    const nowMs = clock();
    passphraseChanges.note(patient.patientNo, nowMs);
    logger.info({ patientNo: patient.patientNo }, 'the passphrase of a consent key was changed');
    return { changedAt: timestampOf(nowMs) };
  }
}
