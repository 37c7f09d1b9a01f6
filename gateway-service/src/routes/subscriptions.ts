import { CompactJws, SubscriptionState, accessControl } from '@careledger/contracts';
import { fromUtf8 } from '@careledger/crypto';
import { Id128, PatientId, closedObject } from '@careledger/domain';
import { EnvelopeError, decryptFrom } from '@careledger/envelope';
import { allRows } from '@careledger/ledger';
import { onLedger } from '@careledger/ledger/service';
import { SEALED_CONTEXT, SubscriptionReason } from '@careledger/protocol';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { ConsentError } from '../consent/index.js';
import type { Patient } from '../patients/index.js';
import { GrantTermsBody, ReadyOrPassphrase, jobResponses } from './grants.js';
import { PatientParams, Passphrase, WAIT_MS, byPatient, unlockOf, type RouteContext } from './context.js';

const Params = Type.Object({ patientId: PatientId, subscriptionId: Id128 });
const SubscriptionView = Type.Object({
  ...SubscriptionState.properties,
  /** In the authority's own words, sealed for the patient. */
  reason: Type.Optional(Type.String()),
});

export function addSubscriptionRoutes({ app, gateway }: RouteContext): void {
  const { core, consent, ledger } = gateway;

  function list(patientId: string, status?: SubscriptionState['status']): Promise<SubscriptionState[]> {
    const filter = { patientId, ...(status !== undefined && { status }) };
    return onLedger(() =>
      allRows((page) =>
        ledger.channel('authorities').evaluate(accessControl, 'ListSubscriptions', { ...filter, ...page }),
      ),
    );
  }

  async function pending(patientId: string, subscriptionId: string): Promise<SubscriptionState> {
    const found = (await list(patientId)).find((row) => row.subscriptionId === subscriptionId);
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
        querystring: Type.Object({ status: Type.Optional(SubscriptionState.properties.status) }),
        response: { 200: Type.Object({ subscriptions: Type.Array(SubscriptionView) }) },
      },
    },
    async (request) => {
      const patient = core.patients.get(request.params.patientId);
      const rows = await list(patient.patientId, request.query.status);
      return { subscriptions: await Promise.all(rows.map((row) => view(patient, row))) };
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
