import { decisionStatement } from '@careledger/consent';
import type { StatementBody } from '@careledger/contracts';
import type { IdempotencyKeys, IdempotentRequest } from '@careledger/service-kit';
import { makeStatement } from '@careledger/statements';
import type { GatewayCore } from '../core.js';
import type { Patient } from '../patients/index.js';
import type { Taken } from './earlier.js';
import { ConsentError } from './errors.js';
import { ORDER, type StatementIntake } from './intake.js';
import { isStaged, type OfferedUse } from './staged-key.js';
import { openConsentKey, type ConsentPassphrase } from './unlock.js';

const MS_PER_S = 1_000;

export interface KeyAppointmentsOptions {
  readonly core: Pick<GatewayCore, 'patients'>;
  readonly intake: Pick<StatementIntake, 'check' | 'isNew' | 'submit'>;
  readonly requests: Pick<IdempotencyKeys, 'find' | 'claim'>;
  readonly networkId: string;
  readonly clock: () => number;
}

type Appointment = StatementBody<'rotatePatientKey'>;

/** A key that this gateway offers to patients. */
export interface OfferedKind {
  readonly use: OfferedUse;
  /** What the patient is to sign. */
  readonly offer: (patient: Patient) => Promise<Appointment>;
  /** What else is held against a statement that is new. @throws ConsentError `CONSENT_STATEMENT_REFUSED` */
  readonly check?: (patient: Patient, body: Appointment) => void;
}

/** Takes in the statements by which patients appoint a key that this gateway offers. */
export class KeyAppointments {
  readonly #options: KeyAppointmentsOptions;
  readonly #kind: OfferedKind;

  constructor(options: KeyAppointmentsOptions, kind: OfferedKind) {
    this.#options = options;
    this.#kind = kind;
  }

  /** A `rotatePatientKey` statement about the key. @throws ConsentError `CONSENT_STATEMENT_REFUSED` */
  async take(patient: Patient, statement: string, request?: IdempotentRequest): Promise<Taken> {
    const { core, intake, requests } = this.#options;
    const { use, check } = this.#kind;
    const expected = { names: ['rotatePatientKey'] as const, channels: ORDER.rekey };
    const { sid, body } = intake.check(patient, statement, expected);
    if (intake.isNew(patient, sid)) {
      if (!isStaged(core.patients.keys(patient.patientId), use, body.newKey))
        throw new ConsentError(
          'CONSENT_STATEMENT_REFUSED',
          'It appoints another key than the one that this gateway offers: ask for its offer again',
        );
      check?.(patient, body);
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
    const body = await this.#kind.offer(patient);
    const iat = Math.floor(clock() / MS_PER_S);
    const made = decisionStatement('rotatePatientKey', { patientId, networkId, body, iat });
    return this.take(patient, makeStatement(made, signer), request);
  }
}
