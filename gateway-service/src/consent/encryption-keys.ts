import { decisionStatement } from '@careledger/consent';
import type { KeyPeriod } from '@careledger/contracts';
import { fromBase64url, kidOf, toBase64url } from '@careledger/crypto';
import { currentKey } from '@careledger/policy';
import type { IdempotencyKeys, IdempotentRequest } from '@careledger/service-kit';
import { makeStatement } from '@careledger/statements';
import type { GatewayCore } from '../core.js';
import type { Patient } from '../patients/index.js';
import type { Taken } from './earlier.js';
import { ConsentError } from './errors.js';
import { ORDER, type StatementIntake } from './intake.js';
import { newKeyOf } from './new-key.js';
import type { StepStore } from './step-store.js';
import { openConsentKey, type ConsentPassphrase } from './unlock.js';

const MS_PER_S = 1_000;

export interface EncryptionKeysOptions {
  readonly core: Pick<GatewayCore, 'store' | 'patients'>;
  readonly intake: Pick<StatementIntake, 'check' | 'isNew' | 'submit'>;
  readonly steps: Pick<StepStore, 'jobsOf'>;
  readonly requests: Pick<IdempotencyKeys, 'find' | 'claim'>;
  /** `delivery/rewrap-store.ts`: within a transaction, has a patient's wraps held against the grants and the keys. */
  readonly rewraps: { request(patientNo: number): void };
  readonly networkId: string;
  readonly clock: () => number;
}

/** What the patient signs to have records wrapped to another key; raw X25519 key in base64url. It cannot sign: it has no proof. */
export interface EncryptionKeyOffer {
  readonly use: 'encryption';
  readonly newKey: string;
}

/**
 * Puts another key in the place of the one that opens a patient's records, by the patient's statement. It counts here once `cloud`
 * has it, for providers take wraps by that channel; then what there is is wrapped to it (`delivery/rewrapper.ts`), and the former
 * one goes in the end (`former-keys/former-keys.ts`).
 */
export class EncryptionKeys {
  readonly #options: EncryptionKeysOptions;

  constructor(options: EncryptionKeysOptions) {
    this.#options = options;
  }

  /** A key for the patient to appoint, on disk. Asked again before it is appointed, the same one. */
  async offer({ patientId }: Pick<Patient, 'patientId'>): Promise<EncryptionKeyOffer> {
    const { publicKey } = await this.#options.core.patients.keys(patientId).stageEncryption();
    return { use: 'encryption', newKey: toBase64url(publicKey) };
  }

  /** A `rotatePatientKey` statement about the key that opens records. @throws ConsentError `CONSENT_STATEMENT_REFUSED` */
  async take(patient: Patient, statement: string, request?: IdempotentRequest): Promise<Taken> {
    const { core, intake, requests } = this.#options;
    const expected = { names: ['rotatePatientKey'] as const, channels: ORDER.rekey };
    const { sid, body } = intake.check(patient, statement, expected);
    if (intake.isNew(patient, sid)) {
      const staged = core.patients.keys(patient.patientId).stagedEncryptionKid;
      if (staged === undefined || kidOf('X25519', fromBase64url(body.newKey)) !== staged)
        throw new ConsentError(
          'CONSENT_STATEMENT_REFUSED',
          'It appoints another key than the one that this gateway offers: ask for its offer again',
        );
    }
    const job = await intake.submit(patient, { kind: 'rekey', statement }, (made) => {
      if (request) requests.claim(request, made);
    });
    return { job, isAlready: false };
  }

  /** Signed here, with the consent key that the passphrase opens. @param request as of a grant */
  async make(patient: Patient, unlock: ConsentPassphrase, request?: IdempotentRequest): Promise<Taken> {
    const { core, requests, networkId, clock } = this.#options;
    const before = request && requests.find(request);
    if (before?.state === 'same') return { job: before.reference, isAlready: false };
    const signer = await openConsentKey(core, patient, unlock);
    const { patientId } = patient;
    const body = await this.offer(patient);
    const iat = Math.floor(clock() / MS_PER_S);
    const made = decisionStatement('rotatePatientKey', { patientId, networkId, body, iat });
    return this.take(patient, makeStatement(made, signer), request);
  }

  /**
   * Whether this gateway has the key of a patient's that a ledger has in force. Not after a backup from before a rotation was put back,
   * nor where somebody else has appointed one: others wrap to that, and this gateway to a former one.
   */
  has({ patientId }: Pick<Patient, 'patientId'>, onLedger: readonly KeyPeriod[]): boolean {
    const key = currentKey(onLedger);
    if (key === undefined) return true;
    const kid = kidOf('X25519', key);
    return this.#options.core.patients
      .keys(patientId)
      .encryptionKeys()
      .some((own) => own.kid === kid);
  }

  /** Takes the key that `cloud` has into use, and has what there is wrapped to it; again after a crash in between. */
  async complete({ patientId, patientNo }: Patient): Promise<void> {
    const { core, steps, rewraps } = this.#options;
    const keys = core.patients.keys(patientId);
    const staged = keys.stagedEncryptionKid;
    if (staged !== undefined) {
      const isOnCloud = steps.jobsOf(patientNo, 'rekey').some((job) => {
        const newKey = newKeyOf(job[0]?.statement ?? '');
        return (
          newKey !== undefined &&
          kidOf('X25519', fromBase64url(newKey)) === staged &&
          job.some(({ channel, status }) => channel === 'cloud' && status === 'done')
        );
      });
      if (isOnCloud) await keys.completeEncryption();
    }
    if (keys.formerEncryptionKeys().length > 0) core.store.deferred(() => rewraps.request(patientNo));
  }
}
