import { CompactJws, PAGE_MAX_ROWS, SubscriptionState, accessControl } from '@careledger/contracts';
import { fromUtf8 } from '@careledger/crypto';
import { Id128, PatientId, closedObject } from '@careledger/domain';
import { EnvelopeError, decryptFrom } from '@careledger/envelope';
import { everyRow } from '@careledger/ledger';
import { onLedger } from '@careledger/ledger/service';
import { SEALED_CONTEXT, SubscriptionReason } from '@careledger/protocol';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { ConsentError } from '../consent/index.js';
import type { Patient } from '../patients/index.js';
import { GrantTermsBody, ReadyOrPassphrase, jobResponses } from './grants.js';
import { PatientParams, Passphrase, WAIT_MS, byPatient, unlockOf, type RouteContext } from './context.js';

/** Pages of the ledger's that make one here, at most. */
const LEDGER_PAGES_MAX = 16;

type Status = SubscriptionState['status'];

const Params = Type.Object({ patientId: PatientId, subscriptionId: Id128 });
const SubscriptionView = Type.Object({
  ...SubscriptionState.properties,
  /** In the authority's own words, sealed for the patient. */
  reason: Type.Optional(Type.String()),
});

export function addSubscriptionRoutes({ app, gateway }: RouteContext): void {
  const { core, consent, ledger } = gateway;

  /** A page of the ledger's can be empty although there is more: some of them make one. */
  async function pageOf(
    patientId: string,
    { pageSize, bookmark = '', status }: { pageSize: number; bookmark?: string; status?: Status },
  ): Promise<{ rows: SubscriptionState[]; bookmark: string }> {
    const rows: SubscriptionState[] = [];
    let next = bookmark;
    for (let asked = 0; asked < LEDGER_PAGES_MAX; asked++) {
      const page = await ledger.channel('authorities').evaluate(accessControl, 'ListSubscriptions', {
        ...{ patientId, pageSize: pageSize - rows.length },
        ...(status !== undefined && { status }),
        ...(next !== '' && { bookmark: next }),
      });
      rows.push(...page.rows);
      next = page.bookmark;
      if (next === '' || rows.length === pageSize) break;
    }
    return { rows, bookmark: next };
  }

  async function pending(patientId: string, subscriptionId: string): Promise<SubscriptionState> {
    const found = await onLedger(async () => {
      const rows = everyRow((page) =>
        ledger.channel('authorities').evaluate(accessControl, 'ListSubscriptions', { patientId, ...page }),
      );
      for await (const row of rows) if (row.subscriptionId === subscriptionId) return row;
      return undefined;
    });
    if (found === undefined)
      throw new ConsentError('SUBSCRIPTION_NOT_FOUND', `There is no subscription ${subscriptionId}`);
    if (found.status !== 'pending')
      throw new ConsentError('SUBSCRIPTION_NOT_PENDING', `The subscription is ${found.status}`);
    return found;
  }

  async function view({ patientId }: Patient, subscription: SubscriptionState) {
    const { sealed } = subscription;
    if (sealed === undefined) return subscription;
    try {
      const key = core.patients.keys(patientId).encryption();
      const opened = await decryptFrom(sealed, key, { context: SEALED_CONTEXT.subscriptionReason });
      const meant: unknown = JSON.parse(fromUtf8(opened));
      return Value.Check(SubscriptionReason, meant)
        ? { ...subscription, reason: meant.reason }
        : subscription;
    } catch (error) {
      // What an authority sealed wrongly is shown without its reason.
      if (error instanceof EnvelopeError || error instanceof SyntaxError) return subscription;
      throw error;
    }
  }

  app.get(
    '/v1/patients/:patientId/subscriptions',
    {
      config: byPatient,
      schema: {
        summary: 'Who has asked to be subscribed, and what came of it',
        params: PatientParams,
        querystring: Type.Object({
          status: Type.Optional(SubscriptionState.properties.status),
          pageSize: Type.Integer({ minimum: 1, maximum: PAGE_MAX_ROWS, default: PAGE_MAX_ROWS }),
          /** As the page before returned it. */
          bookmark: Type.Optional(Type.String({ maxLength: 1024 })),
        }),
        response: {
          200: Type.Object({ subscriptions: Type.Array(SubscriptionView), bookmark: Type.String() }),
        },
      },
    },
    async (request) => {
      const patient = core.patients.get(request.params.patientId);
      const { rows, bookmark } = await onLedger(() => pageOf(patient.patientId, request.query));
      return { subscriptions: await Promise.all(rows.map((row) => view(patient, row))), bookmark };
    },
  );

  app.post(
    '/v1/patients/:patientId/subscriptions/:subscriptionId/approve',
    {
      config: byPatient,
      schema: {
        summary: 'Approve: a grant that names the subscription; what is not said is as the authority asked',
        params: Params,
        body: Type.Union([
          closedObject({ statement: CompactJws }),
          closedObject({ passphrase: Passphrase, ...Type.Partial(Type.Object(GrantTermsBody)).properties }),
        ]),
        response: jobResponses,
      },
    },
    async (request, reply) => {
      const patient = core.patients.get(request.params.patientId);
      const { subscriptionId } = request.params;
      const { body } = request;
      let job: string;
      if ('statement' in body) {
        job = await consent.takeGrant(patient, body.statement, subscriptionId);
      } else {
        const asked = await pending(patient.patientId, subscriptionId);
        const { passphrase, ...terms } = body;
        const { authorityId, permissions, purposes, until } = asked;
        const grant = { authorityId, permissions, purposes, until, ...terms, subscriptionId };
        job = await consent.grant(patient, grant, unlockOf(request, { passphrase }));
      }
      const outcome = await consent.outcome(patient, job, WAIT_MS);
      return reply.status(outcome.status === 'done' ? 200 : 202).send(outcome);
    },
  );

  app.post(
    '/v1/patients/:patientId/subscriptions/:subscriptionId/reject',
    {
      config: byPatient,
      schema: { params: Params, body: ReadyOrPassphrase, response: jobResponses },
    },
    async (request, reply) => {
      const patient = core.patients.get(request.params.patientId);
      const { body } = request;
      const job =
        'statement' in body
          ? await consent.takeRejection(patient, body.statement, request.params.subscriptionId)
          : await consent.reject(
              patient,
              await pending(patient.patientId, request.params.subscriptionId),
              unlockOf(request, body),
            );
      const outcome = await consent.outcome(patient, job, WAIT_MS);
      return reply.status(outcome.status === 'done' ? 200 : 202).send(outcome);
    },
  );
}
