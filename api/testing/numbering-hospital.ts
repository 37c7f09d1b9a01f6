import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildService, createLogger, type ServiceApp } from '@careledger/service-kit';
import { newApiTokens, type ApiTokens } from '@careledger/service-kit/testing';
import { addPatientReadRoute, addPatientSearchRoute } from '../src/fhir/patient-routes.js';
import { FHIR_BASE, FHIR_TABLE } from '../src/fhir/table.js';
import { PatientNumberStore } from '../src/patient-numbers/number-store.js';
import { patientNumbersPlugin } from '../src/patient-numbers/plugin.js';
import { problems } from '../src/problems.js';
import { STORE_FILE, SqliteStore } from '../src/store/store.js';
import { TestHospital } from './test-hospital.js';
import { testPatient } from './test-patient.js';

const BODY_LIMIT_BYTES = 65_536;

/** An authority with a store on disk, whose systems bring numbers of patients, and whose people find patients by them. */
export class NumberingHospital implements AsyncDisposable {
  readonly #app: ServiceApp;
  readonly #dir: string;
  readonly #tokens: ApiTokens['tokens'];
  readonly hospital: TestHospital;
  readonly numbers: PatientNumberStore;

  private constructor(parts: {
    readonly app: ServiceApp;
    readonly dir: string;
    readonly hospital: TestHospital;
    readonly numbers: PatientNumberStore;
    readonly tokens: ApiTokens['tokens'];
  }) {
    this.#app = parts.app;
    this.#dir = parts.dir;
    this.#tokens = parts.tokens;
    this.hospital = parts.hospital;
    this.numbers = parts.numbers;
  }

  static async open(): Promise<NumberingHospital> {
    const dir = mkdtempSync(join(tmpdir(), 'careledger-numbers-'));
    const hospital = new TestHospital({ store: new SqliteStore(join(dir, STORE_FILE)) });
    const { box, registrations, store } = hospital;
    const numbers = new PatientNumberStore(store, box);
    const { tokens, entries } = newApiTokens(`pat_${'a'.repeat(32)}`);
    const app = await buildService({
      ...{ name: 'api', logger: createLogger('api', { level: 'silent' }), problems, fhirBase: FHIR_BASE },
      config: {
        http: { host: '127.0.0.1', port: 0, bodyLimitBytes: BODY_LIMIT_BYTES, metricsOpen: false },
        auth: { tokens: [...entries], issuers: [] },
      },
      openapi: { title: 'Numbers', version: '1.0.0' },
      requests: store.requests,
    });
    await app.register(patientNumbersPlugin, { numbers, registrations, store });
    const shown = { numbers, registrations, base: `https://hospital.example${FHIR_BASE}` };
    for (const row of FHIR_TABLE.filter(({ source }) => source === 'patient'))
      if (row.interaction === 'read') addPatientReadRoute(app, row, shown);
      else addPatientSearchRoute(app, row, shown);
    return new NumberingHospital({ app, dir, hospital, numbers, tokens });
  }

  /** Id of a patient whom the ledger knows. */
  async patient(): Promise<string> {
    const { state } = testPatient();
    await this.hospital.granted(state);
    return state.patientId;
  }

  /** What the hospital's systems are answered. */
  async ask(method: 'GET' | 'PUT', patientId: string, numbers?: unknown, headers: object = {}) {
    const answer = await this.#app.inject({
      ...{ method, url: `/v1/patients/${patientId}/numbers` },
      headers: { authorization: `Bearer ${this.#tokens.ops}`, ...headers },
      ...(numbers !== undefined && { payload: { numbers } }),
    });
    return {
      status: answer.statusCode,
      etag: answer.headers.etag,
      body: answer.json<Record<string, unknown>>(),
    };
  }

  /** What its people are answered at `/fhir`. @param form of a search by POST */
  async fhir(path: string, form?: string) {
    const answer = await this.#app.inject({
      ...{ method: form === undefined ? 'GET' : 'POST', url: `${FHIR_BASE}/${path}` },
      headers: {
        authorization: `Bearer ${this.#tokens.practitioner}`,
        ...(form !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(form !== undefined && { payload: form }),
    });
    return { status: answer.statusCode, body: answer.json<Record<string, unknown>>() };
  }

  /** Ids of the Patients that a search finds, the link to the next page, and how many there are where that is told. */
  async search(query: Readonly<Record<string, string>>) {
    const { body } = await this.fhir(`Patient?${new URLSearchParams(query)}`);
    const {
      entry = [],
      link,
      total,
    } = body as {
      readonly entry?: readonly { readonly resource: { readonly id: string } }[];
      readonly link: readonly { readonly relation: string; readonly url: string }[];
      readonly total?: number;
    };
    const next = link.find(({ relation }) => relation === 'next');
    return { ids: entry.map(({ resource: { id } }) => id), next: next?.url, total };
  }

  /** All that the store has on disk. */
  bytes(): Buffer {
    return Buffer.concat(
      readdirSync(this.#dir)
        .filter((name) => name.startsWith(STORE_FILE))
        .map((name) => readFileSync(join(this.#dir, name))),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#app.close();
    await this.hospital[Symbol.asyncDispose]();
    rmSync(this.#dir, { recursive: true });
  }
}
