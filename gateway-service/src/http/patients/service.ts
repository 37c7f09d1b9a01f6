import { setImmediate as nextTurn } from 'node:timers/promises';
import { fromBase64url } from '@careledger/crypto';
import { CHANNELS, timestampOf } from '@careledger/domain';
import type { ConsentService, DelegateTokens, Registrations } from '../../consent/index.js';
import {
  fromCursor,
  pageOfRows,
  type IdempotencyKeys,
  type IdempotentRequest,
} from '@careledger/service-kit';
import { Type } from 'typebox';
import type { GatewayCore } from '../../core.js';
import { PatientError, type Patient } from '../../patients/index.js';
import type { PatientTokens } from '../../patients/patient-tokens.js';
import type { ListQuery } from '../schemas.js';
import type {
  EnrolmentBody,
  EnrolmentsBody,
  EnrolmentsView,
  OfferView,
  OffersView,
  PatientView,
  PatientsPage,
  TokenView,
} from './schemas.js';

export interface PatientServiceOptions {
  readonly core: Pick<GatewayCore, 'patients' | 'devices'>;
  readonly consent: Pick<ConsentService, 'register'>;
  readonly registrations: Pick<Registrations, 'has'>;
  readonly tokens: Pick<PatientTokens, 'issue' | 'issueAll'>;
  readonly delegateTokens: Pick<DelegateTokens, 'withdraw'>;
  readonly requests: Pick<IdempotencyKeys, 'find' | 'claim'>;
}

/** A patient who was made, and what is on its way. */
export interface Enrolled extends TokenView {
  readonly patientId: string;
  /** Of the registration. */
  readonly statementId: string;
}

/** The patients of this gateway. */
export class PatientService {
  readonly #options: PatientServiceOptions;

  constructor(options: PatientServiceOptions) {
    this.#options = options;
  }

  /**
   * Makes a patient, one for each repeatable request, and sends the registration on its way.
   * @returns the patient's token, which is told once, and the id of the registration
   */
  async enrol(body: EnrolmentBody, request?: IdempotentRequest): Promise<Enrolled> {
    const { core, consent, requests, tokens } = this.#options;
    const before = request && requests.find(request);
    const patient =
      before?.state === 'same'
        ? core.patients.get(before.reference)
        : await this.#make(body, (patientId) => {
            if (request) requests.claim(request, patientId);
          });
    const statementId = await consent.register(patient);
    const token = tokens.issue(patient, { isOnly: false, nowMs: Date.now() });
    return { patientId: patient.patientId, statementId, token };
  }

  /** The keys that a patient with a key of its own is to appoint. @param consentKey base64url */
  offer(consentKey: string): OfferView {
    return this.#options.core.patients.offer(fromBase64url(consentKey));
  }

  /** The same for many, each for itself. */
  async offers(consentKeys: readonly string[]): Promise<OffersView> {
    const offers: OffersView['offers'] = [];
    for (const key of consentKeys) {
      try {
        offers.push({ offer: this.offer(key), problem: null });
      } catch (error) {
        offers.push({ offer: null, problem: problemOf(error) });
      }
      // Frames come meanwhile, which may tell of a danger.
      await nextTurn();
    }
    return { offers };
  }

  /** Makes many patients by their own statements, and sends their registrations on their way: many in flight. */
  async enrolAll(enrolments: EnrolmentsBody['enrolments']): Promise<EnrolmentsView> {
    const { core, consent, tokens } = this.#options;
    const outcomes = await core.patients.enrolAll(enrolments);
    const made = [
      ...new Set(outcomes.flatMap((outcome) => (outcome instanceof PatientError ? [] : [outcome]))),
    ];
    await Promise.all(made.map((patient) => consent.register(patient)));
    const issued = tokens.issueAll(made, Date.now());
    const tokenOf = new Map(made.map(({ patientId }, place) => [patientId, issued[place] ?? null]));
    return {
      enrolments: outcomes.map((outcome) =>
        outcome instanceof PatientError
          ? { patientId: null, token: null, problem: problemOf(outcome) }
          : {
              patientId: outcome.patientId,
              token: tokenOf.get(outcome.patientId) ?? null,
              problem: null,
            },
      ),
    };
  }

  /** In the order in which they came. */
  list({ cursor, limit }: ListQuery): PatientsPage {
    const { core } = this.#options;
    const after = cursor === undefined ? 0 : fromCursor(cursor, Type.Integer());
    const rows = core.patients
      .list()
      .filter(({ patientNo }) => patientNo > after)
      .sort((a, b) => a.patientNo - b.patientNo)
      .slice(0, limit + 1);
    const page = pageOfRows(rows, limit, ({ patientNo }) => patientNo);
    return { patients: page.rows.map((patient) => this.#view(patient)), next: page.next };
  }

  get(patientId: string): PatientView {
    return this.#view(this.#options.core.patients.get(patientId));
  }

  /** Tokens that the patient had before are good no more, nor those that were handed out with them to delegates. */
  replaceTokens(patientId: string): TokenView {
    const { core, delegateTokens, tokens } = this.#options;
    const patient = core.patients.get(patientId);
    delegateTokens.withdraw(patient);
    return { token: tokens.issue(patient, { isOnly: true, nowMs: Date.now() }) };
  }

  #make(body: EnrolmentBody, alsoWrite: (patientId: string) => void): Promise<Patient> {
    const { patients } = this.#options.core;
    return 'statement' in body ? patients.enrol(body, alsoWrite) : patients.create(body, alsoWrite);
  }

  #view(patient: Patient): PatientView {
    const { core, registrations } = this.#options;
    return {
      patientId: patient.patientId,
      createdAt: timestampOf(patient.createdMs),
      chain: { ...patient.chain.durableHead },
      devices: core.devices.ofPatient(patient.patientNo).length,
      registeredOn: CHANNELS.filter((name) => registrations.has(patient.patientNo, name)),
    };
  }
}

/** Of one among many. @throws what is no patient's matter */
function problemOf(error: unknown): { readonly code: string; readonly detail: string } {
  if (error instanceof PatientError) return { code: error.code, detail: error.message };
  throw error;
}
