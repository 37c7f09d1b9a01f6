import { resourceIdOf } from '@careledger/fhir';
import type { ServiceApp } from '@careledger/service-kit';
import { newApiTokens } from '@careledger/service-kit/testing';
import { FHIR_BASE } from '../src/fhir/table.js';
import { AwayApi } from './away-api.js';

type Tokens = ReturnType<typeof newApiTokens>['tokens'];
type Headers = Readonly<Record<string, string>>;

export const PATIENT = `pat_${'a'.repeat(32)}`;
/** Of an entry of a record of this patient. */
export const ENTRY_ID = resourceIdOf({
  ...{ patientId: PATIENT, recordId: `rec_${'b'.repeat(32)}`, entry: 'AAAAAAAAAAA' },
});
export const OBSERVATION = `${FHIR_BASE}/Observation/${ENTRY_ID}`;

export interface Outcome {
  readonly resourceType: string;
  readonly issue?: readonly {
    readonly code: string;
    readonly details: { readonly coding: readonly { readonly code: string }[] };
  }[];
}

/** FHIR of an authority whose ledger is away: shows what is refused before anybody else is asked. */
export class AwayFhir implements AsyncDisposable {
  readonly #api: AwayApi;
  readonly #tokens: Tokens;

  private constructor(api: AwayApi, tokens: Tokens) {
    this.#api = api;
    this.#tokens = tokens;
  }

  static async open(): Promise<AwayFhir> {
    const { tokens, entries } = newApiTokens(PATIENT);
    return new AwayFhir(await AwayApi.open({ auth: { tokens: entries } }), tokens);
  }

  get app(): ServiceApp {
    return this.#api.app;
  }

  /** Header of somebody else than the practitioner who asks unless told otherwise. */
  as(role: keyof Tokens): Headers {
    return { authorization: `Bearer ${this.#tokens[role]}` };
  }

  /** Without a body. */
  async ask(url: string, headers: Headers = {}, method = 'GET') {
    const answer = await this.app.inject({
      ...{ method: method as 'GET', url },
      headers: { ...this.as('practitioner'), ...headers },
    });
    return { answer, outcome: answer.json<Outcome>() };
  }

  /** With a body: a resource, or the text of a form. */
  async send(url: string, payload: object | string, headers: Headers = {}, method: 'POST' | 'PUT' = 'POST') {
    const answer = await this.app.inject({
      ...{ method, url, payload },
      headers: { ...this.as('practitioner'), 'content-type': 'application/fhir+json', ...headers },
    });
    return { answer, outcome: answer.json<Outcome>() };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#api[Symbol.asyncDispose]();
  }
}

/** Status, type of what was answered, and the codes of FHIR and of ours of its first issue. */
export const said = ({ answer, outcome }: Awaited<ReturnType<AwayFhir['ask']>>) => [
  answer.statusCode,
  outcome.resourceType,
  outcome.issue?.[0]?.code,
  outcome.issue?.[0]?.details.coding[0]?.code,
];
