import type { StatementBody } from '@careledger/contracts';
import { toBase64url, type SignatureVerifier, type Signer } from '@careledger/crypto';
import type { IdempotentRequest } from '@careledger/service-kit';
import type { Patient } from '../patients/index.js';
import { gatewayKeyProof } from '../patients/registration.js';
import { reachesKeyInForce } from './consent-key-path.js';
import type { Taken } from './earlier.js';
import { ConsentError } from './errors.js';
import { KeyAppointments, type KeyAppointmentsOptions } from './key-appointments.js';
import { checkKeyProof } from './key-proof.js';
import { newKeyOf } from './new-key.js';
import type { RecoveryStore } from './recovery-store.js';
import type { Rekeyings } from './rekeyings.js';
import { isStaged } from './staged-key.js';
import type { StepStore } from './step-store.js';
import type { ConsentPassphrase } from './unlock.js';

export interface GatewayKeysOptions extends KeyAppointmentsOptions {
  readonly rekeyings: Pick<Rekeyings, 'of'>;
  readonly steps: Pick<StepStore, 'jobsOf'>;
  readonly recoveries: Pick<RecoveryStore, 'unsealed'>;
  readonly verifier: SignatureVerifier;
}

/** What the patient signs to have this gateway sign with another key; raw key in base64url. */
export interface GatewayKeyOffer {
  readonly use: 'gateway';
  readonly newKey: string;
  /** `keyProof` statement by the new key. */
  readonly newKeyProof: string;
}

/** What a chain is to take next: the patient's statement, the key that it appoints, and who signs with it. */
export interface NextGatewayKey {
  readonly statement: string;
  readonly newKey: string;
  readonly signer: Signer;
}

/**
 * Puts another key in the place of the one with which this gateway signs for a patient, by the patient's statement. The key
 * lies ready here from its offer on, and counts once both channels have it and the chain after them (`chain-rekeying.ts`).
 */
export class GatewayKeys {
  readonly #options: GatewayKeysOptions;
  readonly #appointments: KeyAppointments;

  constructor(options: GatewayKeysOptions) {
    this.#options = options;
    this.#appointments = new KeyAppointments(options, {
      use: 'gateway',
      offer: (patient) => this.offer(patient),
      check: (patient, body) => this.#check(patient, body),
    });
  }

  /** A key for the patient to appoint, on disk. Asked again before it is appointed, the same one. */
  async offer({ patientId }: Pick<Patient, 'patientId'>): Promise<GatewayKeyOffer> {
    const { core, networkId, clock } = this.#options;
    const gateway = await core.patients.keys(patientId).stageGateway();
    const newKeyProof = gatewayKeyProof({ patientId, network: networkId, gateway, nowMs: clock() });
    return { use: 'gateway', newKey: toBase64url(gateway.publicKey), newKeyProof };
  }

  /** A `rotatePatientKey` statement about the gateway's key. @throws ConsentError `CONSENT_STATEMENT_REFUSED` */
  take(patient: Patient, statement: string, request?: IdempotentRequest): Promise<Taken> {
    return this.#appointments.take(patient, statement, request);
  }

  /** Signed here, with the consent key that the passphrase opens. @param request as of a grant */
  make(patient: Patient, unlock: ConsentPassphrase, request?: IdempotentRequest): Promise<Taken> {
    return this.#appointments.make(patient, unlock, request);
  }

  /** What a crash kept from the key store: the key of the chain signs from now on. */
  async complete({ patientId, chain }: Patient): Promise<void> {
    const keys = this.#options.core.patients.keys(patientId);
    if (isStaged(keys, 'gateway', chain.state.gatewayKey)) await keys.completeGateway();
  }

  /**
   * The key that both channels have and the chain has not.
   * @param isByKey whether the consent key of the chain signed it
   * @returns awaited: a channel lacks it; a consent key that follows must not come into the chain before it
   */
  async next(
    patient: Patient,
    isByKey: (rekeying: { readonly statement: string }) => boolean,
  ): Promise<NextGatewayKey | 'awaited' | undefined> {
    const jobs = this.#options.rekeyings.of(patient).flatMap((steps) => {
      const statement = steps[0]?.statement ?? '';
      const isRefused = steps.some(({ status }) => status === 'refused');
      return isRefused || !isByKey({ statement }) ? [] : [{ steps, statement }];
    });
    if (jobs.length === 0) return undefined;
    const done = jobs.find(({ steps }) => steps.every(({ status }) => status === 'done'));
    if (done === undefined) return 'awaited';
    const { core } = this.#options;
    const signer = await core.patients.keys(patient.patientId).stageGateway();
    return { statement: done.statement, newKey: newKeyOf(done.statement) ?? '', signer };
  }

  #check(patient: Patient, body: StatementBody<'rotatePatientKey'>): void {
    const { core, steps, recoveries, verifier, networkId, clock } = this.#options;
    // The channels would take a key that the chain never comes to: nothing would be signed for the patient any more.
    if (!reachesKeyInForce(patient, { patients: core.patients, steps, recoveries }))
      throw new ConsentError(
        'CONSENT_STATEMENT_REFUSED',
        'The chain here has a former consent key: bring the rotation that put the present one in its place first',
      );
    checkKeyProof(patient.patientId, body, { verifier, networkId, nowMs: clock() });
  }
}
