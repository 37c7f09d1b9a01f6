import { timestampOf } from '@careledger/domain';
import type { IdempotentRequest, Logger } from '@careledger/service-kit';
import type { Rotations, Taken } from '../../consent/index.js';
import { changePassphrase } from '../../consent/unlock.js';
import type { GatewayCore } from '../../core.js';
import type { PassphraseChanges } from '../../patients/passphrase-changes.js';
import type { ReadyOrPassphrase } from '../grants/schemas.js';
import type { PassphraseBody, PassphraseView } from './schemas.js';

export interface KeyServiceOptions {
  readonly core: Pick<GatewayCore, 'patients'>;
  readonly rotations: Pick<Rotations, 'take' | 'make'>;
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

  /** Another consent key. @param caller as of `changePassphrase` */
  async rotate(
    patientId: string,
    body: ReadyOrPassphrase,
    caller: string,
    request?: IdempotentRequest,
  ): Promise<Taken> {
    const { core, rotations, logger } = this.#options;
    const patient = core.patients.get(patientId);
    const taken = await ('statement' in body
      ? rotations.take(patient, body.statement)
      : rotations.make(patient, { passphrase: body.passphrase, caller }, request));
    logger.info({ patientNo: patient.patientNo }, 'the consent key of a patient is rotated');
    return taken;
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
