import { patientResourceIdOf, readResourceId, resourceIdOf } from '@careledger/fhir';
import { until } from '../fixtures/observation/until.js';
import { call } from '../fixtures/services/api-client.js';
import {
  PASSPHRASE,
  type GatewayFixture,
  type GatewayPatient,
} from '../fixtures/services/gateway-fixture.js';

/** Unit for which the hospital keeps a copy; the fixture has to have a token for it. */
export const COPY_UNIT = 'cardiology';
const FHIR_JSON = 'application/fhir+json';
const DEVICE = 'urn:uuid:0a3f1f2e-5a5b-4c3d-9e8f-112233445566';
const WEIGHT = 'urn:uuid:0a3f1f2e-5a5b-4c3d-9e8f-112233445567';

interface Asked {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly token?: string | undefined;
  /** Status that the answer has to have. Default: 200. */
  readonly status?: number;
}

interface Resource {
  readonly resourceType: string;
  readonly id?: string;
}

interface Bundle extends Resource {
  readonly total?: number;
  readonly entry?: readonly { readonly resource: Resource }[];
}

/**
 * Every kind of answer that the hospital gives at `/fhir`, by name and to the letter: of a patient whose gateway has stored something,
 * and who lets the hospital keep a copy.
 */
export class ServedAnswers {
  readonly answers = new Map<string, string>();
  readonly #fixture: GatewayFixture;
  readonly #patient: GatewayPatient;
  readonly #reference: string;

  constructor(fixture: GatewayFixture, patient: GatewayPatient) {
    this.#fixture = fixture;
    this.#patient = patient;
    this.#reference = `Patient/${patientResourceIdOf(patient.patientId)}`;
  }

  async collect(): Promise<ReadonlyMap<string, string>> {
    await this.#ask('capability-statement', '/metadata', { token: undefined });
    await this.#ask('patient', `/${this.#reference}`);
    await this.#ask('patients', `/Patient?identifier=${this.#patient.patientId}`);
    await this.#letBeCopied();
    await this.#write();
    await this.#search();
    await this.#refusals();
    return this.answers;
  }

  async #letBeCopied(): Promise<void> {
    const asked = await call(this.#fixture.layers.authority(), 'ops', 'POST /v1/subscriptions', {
      ...{
        patientId: this.#patient.patientId,
        permissions: ['read', 'write', 'modify'],
        purposes: ['TREAT'],
      },
      copy: { purpose: 'TREAT', unit: COPY_UNIT },
    });
    const path = `/subscriptions/${String(asked.body['subscriptionId'])}/approve`;
    await this.#fixture.own(this.#patient, 'POST', path, { passphrase: PASSPHRASE });
    const copy = `/Observation?patient=${this.#reference}`;
    await until(
      () => this.#fetch(copy),
      ({ status }) => status === 200,
    );
  }

  async #write(): Promise<void> {
    const subject = { reference: this.#reference };
    const weight = {
      ...{ resourceType: 'Observation', status: 'final', subject, effectiveDateTime: '2026-05-05T10:00:00Z' },
      category: [
        {
          coding: [
            { system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' },
          ],
        },
      ],
      code: { coding: [{ system: 'http://loinc.org', code: '29463-7', display: 'Body weight' }] },
      valueQuantity: { value: 81.4, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
    };
    const body = weight;
    await this.#ask('validate', '/Observation/$validate', { method: 'POST', body });
    await this.#ask('validate-fault', '/Observation/$validate', {
      ...{ method: 'POST', body: { ...body, status: 'done' } },
    });
    const made = await this.#ask('create', '/Observation', { method: 'POST', body, status: 201 });
    await this.#ask('accepted', '/Observation', {
      ...{ method: 'POST', body: { ...body, effectiveDateTime: '2026-05-05' }, status: 202 },
      headers: { prefer: 'respond-async' },
    });
    const place = `/Observation/${made.id ?? ''}`;
    await this.#ask('update', place, {
      ...{ method: 'PUT', body: { ...made, status: 'amended' }, headers: { 'if-match': 'W/"1"' } },
    });
    await this.#ask('read', place);
    await this.#ask('vread', `${place}/_history/1`);
    await this.#ask('history', `${place}/_history`);
    const entries = [
      { fullUrl: DEVICE, resource: { resourceType: 'Device', type: { text: 'Scale' } } },
      { fullUrl: WEIGHT, resource: { ...weight, device: { reference: DEVICE } } },
      {
        resource: {
          ...{ resourceType: 'Provenance', recorded: '2026-05-05T10:05:00Z' },
          ...{ target: [{ reference: WEIGHT }], agent: [{ who: { reference: DEVICE } }] },
        },
      },
    ].map((entry) => ({ ...entry, request: { method: 'POST', url: entry.resource.resourceType } }));
    await this.#ask('transaction-response', '', {
      ...{ method: 'POST', body: { resourceType: 'Bundle', type: 'transaction', entry: entries } },
    });
  }

  async #search(): Promise<void> {
    const all = `/Observation?patient=${this.#reference}&_total=accurate`;
    // What was written is there: three of the hospital's own, and what the gateway's records hold.
    await until(
      async () => (await this.#fetch(`${all}&code=29463-7`)).resource as Bundle,
      ({ total = 0 }) => total === 3,
    );
    const found = await this.#ask('searchset', `${all}&_count=100`);
    const [, device = ''] = /"Device\/([^"]+)"/.exec(JSON.stringify(found)) ?? [];
    await this.#ask('device', `/Device/${device}`);
    await this.#ask('bundle', `/Bundle/${recordOf(device)}`);
    await this.#ask('searchset-page', `${all}&_count=1`);
    await this.#ask('searchset-count', `${all}&_summary=count`);
    // HAPI holds vital signs to their profiles by their codes, also where a client has asked for less.
    const ofProfiles = 'category,subject,effective,value,dataAbsentReason,component';
    await this.#ask('searchset-elements', `${all}&_elements=${ofProfiles}`);
    const beside = '_include=Observation:device&_include=Observation:subject&_revinclude=Provenance:target';
    await this.#ask('searchset-included', `${all}&${beside}`);
    await this.#ask('searchset-lenient', `${all}&x=1`, { headers: { prefer: 'handling=lenient' } });
    await this.#ask('provenances', `/Provenance?patient=${this.#reference}&_elements=target`);
    await this.#ask('everything', `/${this.#reference}/$everything?_count=100`);
    await this.#ask('searchset-empty', `${all}&code=718-7`);
    await this.#ask('audit-events', `/AuditEvent?patient=${this.#reference}`, {
      token: this.#token('auditor'),
    });
    const { entry: [event] = [] } = JSON.parse(this.answers.get('audit-events') ?? '') as Bundle;
    const id = event?.resource.id ?? '';
    await this.#ask('audit-event', `/AuditEvent/${id}`, { token: this.#token('auditor') });
  }

  async #refusals(): Promise<void> {
    const observation = {
      resourceType: 'Observation',
      status: 'done',
      subject: { reference: this.#reference },
    };
    const refusals: Readonly<Record<string, readonly [path: string, asked: Asked & { status: number }]>> = {
      unauthenticated: [`/${this.#reference}`, { token: 'nobody', status: 401 }],
      forbidden: [`/${this.#reference}`, { token: this.#token('auditor'), status: 403 }],
      'not-shown': [
        `/Observation?patient=${this.#reference}`,
        { headers: { 'x-careledger-purpose': 'HRESCH' }, status: 403 },
      ],
      'not-found': ['/Observation/1', { status: 404 }],
      'no-such-type': ['/Spaceship/1', { status: 404 }],
      'no-such-method': [`/${this.#reference}`, { method: 'DELETE', status: 405 }],
      'not-acceptable': ['/metadata?_format=xml', { status: 406 }],
      invalid: [`/Observation?patient=${this.#reference}&_count=abc`, { status: 400 }],
      malformed: [`/Observation?patient=%zz`, { status: 400 }],
      faults: ['/Observation', { method: 'POST', body: observation, status: 422 }],
      'other-media-type': [
        '/Observation',
        { ...{ method: 'POST', body: observation, status: 415 }, headers: { 'content-type': 'text/plain' } },
      ],
    };
    for (const [name, [path, asked]] of Object.entries(refusals))
      await this.#ask(`refusal-${name}`, path, asked);
  }

  #token(role: 'auditor' | 'practitioner'): string {
    const { layers } = this.#fixture;
    return role === 'auditor' ? layers.authority().tokens.auditor : (layers.unitTokens.get(COPY_UNIT) ?? '');
  }

  async #ask(name: string, path: string, asked: Asked = {}): Promise<Resource> {
    const { status, text, resource } = await this.#fetch(path, asked);
    if (status !== (asked.status ?? 200)) throw new RangeError(`${name}: ${status} ${text}`);
    this.answers.set(name, text);
    return resource;
  }

  async #fetch(path: string, asked: Asked = {}) {
    const { method = 'GET', body, headers } = asked;
    const token = 'token' in asked ? asked.token : this.#token('practitioner');
    const { url } = this.#fixture.layers.authority();
    const answer = await fetch(`${url}/fhir${path}`, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': FHIR_JSON }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, text, resource: JSON.parse(text) as Resource };
  }
}

/** Id of the record in which a resource lies. */
function recordOf(id: string): string {
  const ref = readResourceId(id);
  if (ref === undefined) throw new RangeError(`${id} is the id of nothing`);
  return resourceIdOf({ ...ref, entry: undefined });
}
