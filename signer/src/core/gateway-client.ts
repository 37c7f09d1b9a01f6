import type { Static, TSchema } from 'typebox';
import {
  AuthorityAnswer,
  DecisionAnswer,
  DelegatedAnswer,
  DelegatesAnswer,
  DenialsAnswer,
  EnrolledAnswer,
  GrantsAnswer,
  KeyOfferAnswer,
  type OfferedUse,
  OfferAnswer,
  PolicyAnswer,
  RecoveriesAnswer,
  ScopeKeyAnswer,
  SettingsAnswer,
  SubscriptionsAnswer,
  readAnswer,
  type AskedSubscription,
  type DelegatedDecision,
  type ListedDelegate,
  type ListedPolicy,
  type ListedRule,
} from './answers.js';
import { SignerError } from './errors.js';
import { ANSWER_MAX_BYTES, fetchJson, type FetchedJson } from './fetch-json.js';
import type { GatewayView } from './own-state.js';

/** Of a list, all its pages together: a gateway that never ends one is not listened to. */
const LIST_TIMEOUT_MS = 300_000;
const LIST_MAX_BYTES = 8 * ANSWER_MAX_BYTES;

/** Of a refusal, what is passed on. */
const REASON_MAX_CHARS = 500;
/** What a page counts for at least, so that there is an end to those without content: 1,024 of them. */
const PAGE_MIN_BYTES = LIST_MAX_BYTES / 1_024;

/** What is left for the pages of one list. */
interface ListRoom {
  bytes: number;
  readonly until: AbortSignal;
}

export interface GatewayAddress {
  readonly url: string;
  /** Bearer token of role patient; to enrol, of role ops. */
  readonly token: string;
}

/** A patient's gateway, as the signer asks it. Nothing that it answers is believed here. */
export class GatewayClient {
  readonly #address: GatewayAddress;

  constructor(address: GatewayAddress) {
    this.#address = address;
  }

  async view(patientId: string): Promise<GatewayView> {
    const [grants, denials]: [ListedRule[], ListedRule[]] = [[], []];
    let [epoch, nextPolicySeq] = [0, 1];
    const count = (page: { readonly nextPolicySeq: number; readonly epoch?: number }): void => {
      const { epoch: of = 0 } = page;
      // Between two pages a key may have taken another's place, which begins anew.
      nextPolicySeq = of > epoch ? page.nextPolicySeq : Math.max(nextPolicySeq, page.nextPolicySeq);
      epoch = Math.max(epoch, of);
    };
    for await (const page of this.#pages(`/v1/patients/${patientId}/denials`, DenialsAnswer)) {
      denials.push(...page.denials);
      count(page);
    }
    for await (const page of this.#pages(`/v1/patients/${patientId}/grants`, GrantsAnswer)) {
      grants.push(...page.grants);
      count(page);
    }
    return { grants, denials, nextPolicySeq, epoch };
  }

  /** @throws SignerError `SUBSCRIPTION_NOT_FOUND`, `PATIENT_MISMATCH` */
  async subscription(patientId: string, subscriptionId: string): Promise<AskedSubscription> {
    const asked = await this.subscriptions(patientId);
    const found = asked.find((subscription) => subscription.subscriptionId === subscriptionId);
    if (found !== undefined) return found;
    throw new SignerError('SUBSCRIPTION_NOT_FOUND', `Nobody has asked you under the id ${subscriptionId}`);
  }

  /** @throws SignerError `PATIENT_MISMATCH` */
  async subscriptions(patientId: string): Promise<AskedSubscription[]> {
    const all: AskedSubscription[] = [];
    for await (const page of this.#pages(`/v1/patients/${patientId}/subscriptions`, SubscriptionsAnswer))
      all.push(...page.subscriptions);
    const foreign = all.find((subscription) => subscription.patientId !== patientId);
    if (foreign === undefined) return all;
    throw new SignerError(
      'PATIENT_MISMATCH',
      `The gateway shows a request to ${foreign.patientId} as one to you`,
    );
  }

  /** @throws SignerError `PATIENT_MISMATCH` */
  async delegates(patientId: string): Promise<ListedDelegate[]> {
    const all: ListedDelegate[] = [];
    for await (const page of this.#pages(`/v1/patients/${patientId}/delegates`, DelegatesAnswer))
      all.push(...page.delegates);
    if (all.every((each) => each.patientId === patientId)) return all;
    throw new SignerError('PATIENT_MISMATCH', 'The gateway lists another patient’s delegate as yours');
  }

  /** Newest first. */
  async delegated(patientId: string): Promise<DelegatedDecision[]> {
    const all: DelegatedDecision[] = [];
    const path = `/v1/patients/${patientId}/delegates/decisions`;
    for await (const page of this.#pages(path, DelegatedAnswer)) all.push(...page.decisions);
    return all;
  }

  /** Which standing policy it has from the patient, and what stands of it; null before the first. */
  async standingPolicy(patientId: string): Promise<ListedPolicy | null> {
    const path = `/v1/patients/${patientId}/standing-policy`;
    return readAnswer(PolicyAnswer, await this.#call('GET', path)).policy;
  }

  async authority(authorityId: string): Promise<AuthorityAnswer> {
    return readAnswer(AuthorityAnswer, await this.#call('GET', `/v1/authorities/${authorityId}`));
  }

  /** The version of the settings in force, which the next one names. */
  async settings(patientId: string): Promise<SettingsAnswer> {
    return readAnswer(SettingsAnswer, await this.#call('GET', `/v1/patients/${patientId}/settings`));
  }

  async offer(consentKey: string): Promise<OfferAnswer> {
    return readAnswer(OfferAnswer, await this.#call('POST', '/v1/enrolments', { consentKey }));
  }

  /** The key that is to follow the one with which the gateway signs for the patient, or the one that opens records. */
  async keyOffer(patientId: string, use: OfferedUse): Promise<KeyOfferAnswer> {
    const path = `/v1/patients/${patientId}/keys/offer`;
    const offer = readAnswer(KeyOfferAnswer, await this.#call('POST', path, { use }));
    if (offer.use !== use)
      throw new SignerError('OFFER_REFUSED', `The gateway offers a key for another use than ${use}`);
    return offer;
  }

  /** The scope key for the consent key in force: see `withScopeKey`. */
  async scopeKey(patientId: string): Promise<ScopeKeyAnswer> {
    return readAnswer(ScopeKeyAnswer, await this.#call('GET', `/v1/patients/${patientId}/keys/scope-key`));
  }

  /** Who is about to replace the consent key, on each channel. @throws SignerError `PATIENT_MISMATCH` */
  async recoveries(patientId: string): Promise<RecoveriesAnswer> {
    const answer = readAnswer(
      RecoveriesAnswer,
      await this.#call('GET', `/v1/patients/${patientId}/recoveries`),
    );
    if ([...answer.authorities, ...answer.cloud].every((each) => each.patientId === patientId)) return answer;
    throw new SignerError('PATIENT_MISMATCH', 'The gateway lists another patient’s recovery as yours');
  }

  /** @returns the patient's token */
  async enrol(body: { readonly statement: string; readonly scopeKey: string }): Promise<EnrolledAnswer> {
    return readAnswer(EnrolledAnswer, await this.#call('POST', '/v1/patients', body));
  }

  /** @returns whatever the route answers */
  send(method: 'POST' | 'PUT', path: string, body: object): Promise<unknown> {
    return this.#call(method, path, body);
  }

  /** @throws SignerError `ANSWER_MISMATCH`: it answers for another statement */
  async decide(
    method: 'POST' | 'PUT',
    path: string,
    { body, sid }: { body: object; sid: string },
  ): Promise<DecisionAnswer> {
    const given = await this.#call(method, path, body);
    // One that the ledgers have not all taken yet is a job, with what there is of its result.
    const isJob = typeof given === 'object' && given !== null && 'result' in given;
    const answer = readAnswer(DecisionAnswer, isJob ? given.result : given);
    // What stood before is answered for the statement that stands.
    if (answer.already === true || answer.statementId === sid) return answer;
    throw new SignerError(
      'ANSWER_MISMATCH',
      `The gateway answers for statement ${answer.statementId}, not ${sid}`,
    );
  }

  async *#pages<S extends TSchema>(path: string, schema: S): AsyncGenerator<Static<S>> {
    const room = { bytes: LIST_MAX_BYTES, until: AbortSignal.timeout(LIST_TIMEOUT_MS) };
    let query = '';
    for (;;) {
      const answer = readAnswer(schema, await this.#call('GET', path + query, undefined, room));
      yield answer;
      const { next } = answer as { readonly next: string | null };
      if (next === null) return;
      query = `?cursor=${encodeURIComponent(next)}`;
    }
  }

  async #call(method: string, path: string, body?: object, list?: ListRoom): Promise<unknown> {
    const { url, token } = this.#address;
    let fetched: FetchedJson;
    try {
      fetched = await fetchJson(new URL(path, url), {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(list !== undefined && {
          signal: list.until,
          maxBytes: Math.min(ANSWER_MAX_BYTES, list.bytes),
        }),
      });
    } catch (cause) {
      if (cause instanceof SignerError) throw cause;
      const why =
        cause instanceof Error ? (cause.cause instanceof Error ? cause.cause.message : cause.message) : '';
      throw new SignerError('GATEWAY_UNREACHABLE', `The gateway at ${url} gives no answer: ${why}`, {
        cause,
      });
    }
    const { answer, bytes, isOk } = fetched;
    // An empty page takes room too.
    if (list !== undefined) list.bytes -= Math.max(bytes, PAGE_MIN_BYTES);
    if (isOk) return answer;
    const { code, detail, title } = (answer ?? {}) as Partial<Record<'code' | 'detail' | 'title', unknown>>;
    const why = `${String(code)}: ${String(detail ?? title)}`.slice(0, REASON_MAX_CHARS);
    throw new SignerError('GATEWAY_REFUSED', why, { ...(typeof code === 'string' && { reason: code }) });
  }
}
