import { toBase64url } from '@careledger/crypto';
import type { IdempotentRequest } from '@careledger/service-kit';
import type { GatewayCore } from '../core.js';
import { InTurn } from '../in-turn.js';
import type { Patient } from '../patients/index.js';
import type { Taken } from './earlier.js';
import { KeyAppointments, type KeyAppointmentsOptions } from './key-appointments.js';
import { jobsOfStaged } from './staged-key.js';
import type { StepStore } from './step-store.js';
import type { ConsentPassphrase } from './unlock.js';

export interface EncryptionKeysOptions extends KeyAppointmentsOptions {
  readonly core: Pick<GatewayCore, 'store' | 'patients'>;
  readonly steps: Pick<StepStore, 'jobsOf'>;
  /** `delivery/rewrap-store.ts`: within a transaction, has a patient's wraps held against the grants and the keys. */
  readonly rewraps: { request(patientNo: number): void };
}

/** What the patient signs to have records wrapped to another key; raw X25519, base64url. It cannot sign: it has no proof. */
export interface EncryptionKeyOffer {
  readonly use: 'encryption';
  readonly newKey: string;
}

/**
 * Puts another key in the place of the one that opens a patient's records, by the patient's statement. It counts here
 * once `cloud` has it, for providers take wraps by that channel; then what there is is wrapped to it
 * (`delivery/rewrapper.ts`), and the former one goes in the end (`former-keys/former-keys.ts`).
 */
export class EncryptionKeys {
  readonly #options: EncryptionKeysOptions;
  readonly #appointments: KeyAppointments;
  /** By patient. */
  readonly #turns = new InTurn<number>();

  constructor(options: EncryptionKeysOptions) {
    this.#options = options;
    const offer = (patient: Patient): Promise<EncryptionKeyOffer> => this.offer(patient);
    this.#appointments = new KeyAppointments(options, { use: 'encryption', offer });
  }

  /** A key for the patient to appoint, on disk. Asked again before it is appointed, the same one. */
  async offer({ patientId }: Pick<Patient, 'patientId'>): Promise<EncryptionKeyOffer> {
    const { publicKey } = await this.#options.core.patients.keys(patientId).stageEncryption();
    return { use: 'encryption', newKey: toBase64url(publicKey) };
  }

  /** A `rotatePatientKey` statement about the key that opens records. @throws ConsentError `CONSENT_STATEMENT_REFUSED` */
  take(patient: Patient, statement: string, request?: IdempotentRequest): Promise<Taken> {
    return this.#appointments.take(patient, statement, request);
  }

  /** Signed here, with the consent key that the passphrase opens. @param request as of a grant */
  make(patient: Patient, unlock: ConsentPassphrase, request?: IdempotentRequest): Promise<Taken> {
    return this.#appointments.make(patient, unlock, request);
  }

  /** Whether a statement about such a key is on its way to a channel. */
  isUnderWay({ patientNo }: Patient): boolean {
    const jobs = this.#options.steps.jobsOf(patientNo, 'rekey');
    return jobs.some((job) => job.some(({ status }) => status === 'open'));
  }

  /** Takes the key that `cloud` has into use, and has what there is wrapped to it; again after a crash in between. */
  async complete(patient: Patient): Promise<void> {
    const { core, steps, rewraps } = this.#options;
    const keys = core.patients.keys(patient.patientId);
    const { stagedEncryptionKid } = keys;
    const isOnCloud = jobsOfStaged(patient, 'encryption', { keys, steps }).some((job) =>
      job.some(({ channel, status }) => channel === 'cloud' && status === 'done'),
    );
    if (isOnCloud && stagedEncryptionKid !== undefined) await this.follow(patient, stagedEncryptionKid);
    if (keys.formerEncryptionKeys().length > 0) core.store.deferred(() => rewraps.request(patient.patientNo));
  }

  /**
   * `cloud` has the key with this thumbprint in force: where it lies ready here it is taken into use, and what there is is
   * to be wrapped to it. After a backup was put back this gateway may have the key and not the statement.
   * @returns whether it was
   */
  async follow({ patientId, patientNo }: Patient, kid: string): Promise<boolean> {
    const { core, rewraps } = this.#options;
    const keys = core.patients.keys(patientId);
    let isTaken = false;
    await this.#turns.run(patientNo, async () => {
      if (keys.stagedEncryptionKid !== kid) return;
      await keys.completeEncryption();
      core.store.deferred(() => rewraps.request(patientNo));
      isTaken = true;
    });
    return isTaken;
  }
}
