import { patientResourceIdOf } from '@careledger/fhir';
import type { GatewayFixture, GatewayPatient } from '../../fixtures/services/gateway-fixture.js';

/** Unit for which the hospital keeps a copy; the fixture has to have a token for it. */
export const COPY_UNIT = 'cardiology';
const FHIR_JSON = 'application/fhir+json';

export interface Asked {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** A resource, or a form. */
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** That of {@link COPY_UNIT} unless told. */
  readonly token?: string | undefined;
  /** Status that the answer has to have. Default: 200. */
  readonly status?: number;
}

export interface Resource {
  readonly resourceType: string;
  readonly id?: string;
}

export interface Bundle extends Resource {
  readonly total?: number;
  readonly entry?: readonly { readonly resource: Resource }[];
}

/** Asks the hospital at `/fhir` about a patient, and keeps what it answers. */
export class Asker {
  /** By name, to the letter. */
  readonly answers = new Map<string, string>();
  /** `Patient/ID` */
  readonly reference: string;

  constructor(
    readonly fixture: GatewayFixture,
    readonly patient: GatewayPatient,
  ) {
    this.reference = `Patient/${patientResourceIdOf(patient.patientId)}`;
  }

  /** Of a practitioner in no unit, and of an auditor. */
  get tokens(): Readonly<Record<'practitioner' | 'auditor', string>> {
    return this.fixture.layers.authority().tokens;
  }

  /** Keeps the answer. @throws RangeError with the answer where its status is another */
  async ask(name: string, path: string, asked: Asked = {}): Promise<Resource> {
    const { status, text, resource } = await this.fetch(path, asked);
    if (status !== (asked.status ?? 200)) throw new RangeError(`${name}: ${status} ${text}`);
    this.answers.set(name, text);
    return resource;
  }

  /** Keeps nothing. */
  async fetch(path: string, asked: Asked = {}) {
    const { method = 'GET', body, headers } = asked;
    const { layers } = this.fixture;
    const token = 'token' in asked ? asked.token : (layers.unitTokens.get(COPY_UNIT) ?? '');
    const answer = await fetch(`${layers.authority().url}/fhir${path}`, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && !(body instanceof URLSearchParams) && { 'content-type': FHIR_JSON }),
        ...headers,
      },
      ...(body !== undefined && { body: body instanceof URLSearchParams ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, text, resource: JSON.parse(text) as Resource };
  }
}
