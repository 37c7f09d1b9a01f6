import { readStatementId, statementIdOf, type StatementRef } from '@careledger/fhir';
import { closedObject } from '@careledger/domain';
import { ledgerAnswers, nextOf, pageArgs } from '@careledger/ledger/service';
import {
  ProblemError,
  assertScopes,
  principalOf,
  searchedPatient,
  type ServiceApp,
} from '@careledger/service-kit';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { Json } from '../resources/json.js';
import { changeRef } from '../subscriptions/change-store.js';
import type { SubscriptionRequests } from '../subscriptions/subscription-requests.js';
import { resourceAnswer, sendResource } from './answers.js';
import { CONSENT_SYSTEM } from './consent-codes.js';
import type { ConsentReading } from './consent-reading.js';
import { askedBy, type ConsentContext } from './consent-request.js';
import {
  CONSENT_STATUSES,
  consentResource,
  statusOf,
  type AskedConsentState,
  type ConsentStatus,
} from './consent-resource.js';
import { FORMAT, FhirId, PAGE, patientIn } from './parameters.js';
import { ELEMENTS } from './result-parameters.js';
import { searchPlace } from './search-place.js';
import { sendSearchset } from './searchset.js';
import { FHIR_BASE, ROUTE_OF, type Row } from './table.js';
import { tokensIn } from './token-parameter.js';
import { kindsOf, maySearch, searchedStatement } from './type-scopes.js';
import { assertUnconditional } from './write-routes.js';
import { answerAccepted, prefersMinimal } from './written-answers.js';

export interface ConsentRouteOptions extends ConsentContext {
  readonly consents: ConsentReading;
  readonly subscriptions: Pick<SubscriptionRequests, 'service' | 'requesting'>;
  readonly answerWithinMs: number;
}

const KINDS = kindsOf('Consent');
/** As the ledger has them, where that is all that it takes. */
const LEDGER_STATUS = { proposed: 'pending', rejected: 'rejected' } as const;

/** Asks a patient. Nothing is given by it: that takes the patient's own statement. */
export function addConsentCreateRoute(
  app: ServiceApp,
  { resourceType, roles }: Row,
  { answerWithinMs: waitMs, authorityId, base, consents, subscriptions }: ConsentRouteOptions,
): void {
  app.post(
    ROUTE_OF.create(resourceType)[1],
    {
      config: { roles, isLongWork: true, scopedByContent: true },
      schema: {
        hide: true,
        problems: [...ledgerAnswers, 'FHIR_INVALID', 'PATIENT_UNKNOWN'],
        querystring: closedObject(FORMAT),
        body: Type.Object({ resourceType: Type.String() }),
        response: {
          201: resourceAnswer('The request, as the patient has yet to answer it'),
          202: resourceAnswer('It goes on; Content-Location says where to look'),
        },
      },
    },
    async (request, reply) => {
      assertUnconditional(request);
      const wanted = askedBy(request.body, { authorityId, base });
      const { patientId } = wanted;
      assertScopes(principalOf(request), { patientId, kinds: KINDS, does: 'c' });
      const asked = await subscriptions.service.request(wanted, request.idempotent);
      const { isDone } = await subscriptions.requesting.answer(request, reply, {
        ...{ reference: changeRef(asked), waitMs },
      });
      if (!isDone) return answerAccepted(request, reply);
      const ref = { patientId, sid: asked.subscriptionId };
      void reply.code(201).header('location', `${FHIR_BASE}/${resourceType}/${statementIdOf(ref)}`);
      const state = prefersMinimal(request) ? undefined : await consents.find(ref);
      // The own peer may not have heard of it yet.
      if (state === undefined) return answerEmpty(reply);
      return sendResource(reply, request, textOf(state));
    },
  );
}

export function addConsentReadRoute(
  app: ServiceApp,
  { resourceType, roles }: Row,
  { consents }: ConsentRouteOptions,
): void {
  app.get(
    ROUTE_OF.read(resourceType)[1],
    {
      config: { roles, scopedByContent: true },
      schema: {
        hide: true,
        problems: [...ledgerAnswers, 'NOT_FOUND'],
        params: Type.Object({ id: FhirId }),
        querystring: closedObject(FORMAT),
        response: { 200: resourceAnswer('The request, and what came of it') },
      },
    },
    async (request, reply) => {
      const ref = readStatementId(request.params.id);
      if (ref !== undefined)
        assertScopes(principalOf(request), { patientId: ref.patientId, kinds: KINDS, does: 'r' });
      const state = ref && (await consents.find(ref));
      if (state === undefined) throw new ProblemError('NOT_FOUND', 'This authority has asked no such thing');
      return sendResource(reply, request, textOf(state));
    },
  );
}

/** Those of this authority alone. A page may be short, or empty, before the last: what it gave lies in the grants. */
export function addConsentSearchRoute(
  app: ServiceApp,
  row: Row,
  { base, consents }: ConsentRouteOptions,
): void {
  const { resourceType } = row;
  const { place, path } = searchPlace(row, { scopedByContent: true });
  app.route({
    ...place,
    schema: {
      hide: true,
      problems: [...ledgerAnswers, 'CURSOR_INVALID'],
      querystring: closedObject({
        ...{ ...FORMAT, ...PAGE, ...ELEMENTS },
        _id: Type.Optional(FhirId),
        patient: Type.Optional(Type.String({ minLength: 1 })),
        status: Type.Optional(Type.String({ minLength: 1 })),
      }),
      response: { 200: resourceAnswer('A Bundle of type searchset') },
    },
    handler: async (request, reply) => {
      const { _id: id, patient, status, _count: limit, _cursor: cursor } = request.query;
      const principal = principalOf(request);
      const named = patient === undefined ? undefined : patientIn(patient, base);
      const patientId = searchedPatient(principal, named, resourceType);
      const statuses = status === undefined ? undefined : statusesIn(status);
      const { states, bookmark } =
        id === undefined
          ? await consents.list({
              ...pageArgs({ limit, ...(cursor !== undefined && { cursor }) }),
              ...(patientId !== undefined && { patientId }),
              ...ledgerFilter(statuses),
            })
          : { states: await foundBy(searchedStatement(id, resourceType, principal), consents), bookmark: '' };
      const atMs = Date.now();
      const found = states.filter(
        (state) =>
          [undefined, state.subscription.patientId].includes(patientId) &&
          (statuses?.includes(statusOf(state, atMs)) ?? true) &&
          maySearch(principal, resourceType, state.subscription.patientId),
      );
      const page = { resources: found.map((state) => consentResource(state, atMs)), next: nextOf(bookmark) };
      return sendSearchset(reply, request, page, { base, path });
    },
  });
}

const answerEmpty = (reply: FastifyReply): FastifyReply => reply.send();

const textOf = (state: AskedConsentState): string =>
  JSON.stringify(consentResource(state, Date.now()) satisfies Json);

async function foundBy(
  ref: StatementRef | undefined,
  consents: ConsentReading,
): Promise<AskedConsentState[]> {
  const state = ref && (await consents.find(ref));
  return state === undefined ? [] : [state];
}

/** @throws ProblemError VALIDATION_FAILED for what is no status of R4 that a request has */
function statusesIn(parameter: string): ConsentStatus[] {
  return tokensIn('status', parameter).map((token) => {
    const code = CONSENT_STATUSES.find((known) =>
      [known, `${CONSENT_SYSTEM.status}|${known}`].includes(token),
    );
    if (code !== undefined) return code;
    throw new ProblemError('VALIDATION_FAILED', `status: one of ${CONSENT_STATUSES.join(', ')}`);
  });
}

/** What lets the ledger leave out the others by itself. */
function ledgerFilter(statuses: readonly ConsentStatus[] | undefined) {
  const [status, ...more] = statuses ?? [];
  if (more.length > 0 || (status !== 'proposed' && status !== 'rejected')) return {};
  return { status: LEDGER_STATUS[status] };
}
