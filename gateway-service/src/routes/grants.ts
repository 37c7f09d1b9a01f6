import { CompactJws } from '@careledger/contracts';
import {
  AuthorityId,
  ChannelName,
  Id128,
  PatientId,
  Permission,
  PractitionerId,
  PurposeOfUse,
  ScopeTerm,
  Timestamp,
  closedObject,
  timestampOf,
} from '@careledger/domain';
import { GrantMeaning } from '@careledger/protocol';
import { Type } from 'typebox';
import type { Grant } from '../consent/index.js';
import {
  ListQuery,
  PatientParams,
  Passphrase,
  WAIT_MS,
  byPatient,
  byPatientOrAuditor,
  pageOfRows,
  unlockOf,
  type RouteContext,
} from './context.js';

const word = Type.String({ minLength: 1, maxLength: 64 });

/** What the patient may say of a grant, besides whom it is for. */
export const GrantTermsBody = {
  permissions: Type.Array(Permission, { minItems: 1, uniqueItems: true }),
  purposes: Type.Array(PurposeOfUse, { minItems: 1, uniqueItems: true }),
  /** None: every record. */
  scope: Type.Optional(Type.Array(ScopeTerm, { maxItems: 16 })),
  /** None: anybody within the authority. */
  grantee: Type.Optional(
    Type.Array(
      Type.Union([
        closedObject({ unit: word }),
        closedObject({ role: word }),
        closedObject({ practitionerId: PractitionerId }),
      ]),
      { maxItems: 16 },
    ),
  ),
  from: Type.Optional(Timestamp),
  until: Type.Optional(Timestamp),
  delegable: Type.Optional(Type.Boolean()),
  note: Type.Optional(Type.String({ maxLength: 1_000 })),
};

/** Ready from the patient's app. */
const Ready = closedObject({ statement: CompactJws });
export const ReadyOrPassphrase = Type.Union([Ready, closedObject({ passphrase: Passphrase })]);

/** A decision: done on every channel (200), or on its way (202). */
export const JobView = Type.Object({
  /** The statement's id; of a grant, the grant's. */
  statementId: Id128,
  status: Type.Union([Type.Literal('done'), Type.Literal('open')]),
  channels: Type.Array(
    Type.Object({
      channel: ChannelName,
      status: Type.String(),
      txId: Type.Union([Type.String(), Type.Null()]),
    }),
  ),
});
export const jobResponses = { 200: JobView, 202: JobView };

const GrantView = Type.Object({
  grantId: Id128,
  patientId: PatientId,
  authorityId: AuthorityId,
  policySeq: Type.Integer(),
  /** pending: no channel has it yet; refused: none will. */
  status: Type.String(),
  permissions: Type.Array(Permission),
  purposes: Type.Array(PurposeOfUse),
  from: Timestamp,
  until: Type.Optional(Timestamp),
  subscriptionId: Type.Optional(Id128),
  /** What its tags mean; absent where the patient's app made it. */
  meaning: Type.Optional(GrantMeaning),
  madeAt: Timestamp,
  revokedAt: Type.Optional(Timestamp),
  channels: JobView.properties.channels,
});

export function addGrantRoutes({ app, gateway }: RouteContext): void {
  const { core, consent, grants, steps } = gateway;
  const view = (patientId: string, grant: Grant) => {
    const { grantId, patientNo, authorityId, policySeq, status, body, meaning, madeMs, revokedMs } = grant;
    const { permissions, purposes, from, until, subscriptionId } = body;
    return {
      ...{ grantId, patientId, authorityId, policySeq, status, permissions, purposes, from },
      ...(until !== undefined && { until }),
      ...(subscriptionId !== undefined && { subscriptionId }),
      ...(meaning !== null && { meaning }),
      madeAt: timestampOf(madeMs),
      ...(revokedMs !== null && { revokedAt: timestampOf(revokedMs) }),
      channels: steps.job(patientNo, grantId).map((step) => ({
        channel: step.channel,
        status: step.status,
        txId: step.txId,
      })),
    };
  };

  app.get(
    '/v1/patients/:patientId/grants',
    {
      config: byPatientOrAuditor,
      schema: {
        summary:
          'What the patient has granted, revoked grants included, and the next policySeq for the patient’s app',
        params: PatientParams,
        querystring: ListQuery,
        response: {
          200: Type.Object({
            grants: Type.Array(GrantView),
            nextPolicySeq: Type.Integer(),
            cursor: Type.Optional(Type.String()),
          }),
        },
      },
    },
    async (request) => {
      const { patientId, patientNo } = core.patients.get(request.params.patientId);
      const { cursor, limit } = request.query;
      const rows = grants.page(patientNo, cursor, limit + 1);
      const { page, next } = pageOfRows(rows, limit, ({ grantId }) => grantId);
      return {
        grants: page.map((grant) => view(patientId, grant)),
        nextPolicySeq: grants.nextSeq(patientNo),
        ...next,
      };
    },
  );

  app.post(
    '/v1/patients/:patientId/grants',
    {
      config: byPatient,
      schema: {
        summary: 'Grant: a ready statement, or the terms with the passphrase of the consent key',
        params: PatientParams,
        body: Type.Union([
          Ready,
          closedObject({
            grant: closedObject({ authorityId: AuthorityId, ...GrantTermsBody }),
            passphrase: Passphrase,
          }),
        ]),
        response: jobResponses,
      },
    },
    async (request, reply) => {
      const patient = core.patients.get(request.params.patientId);
      const { body } = request;
      const job =
        'statement' in body
          ? await consent.takeGrant(patient, body.statement)
          : await consent.grant(patient, body.grant, unlockOf(request, body));
      const outcome = await consent.outcome(patient, job, WAIT_MS);
      return reply.status(outcome.status === 'done' ? 200 : 202).send(outcome);
    },
  );

  const addRevocation = (url: string, isAll: boolean): void => {
    app.post(
      url,
      {
        config: byPatient,
        schema: {
          summary: isAll ? 'Revoke everything granted so far' : 'Revoke one grant',
          params: isAll ? PatientParams : Type.Object({ patientId: PatientId, grantId: Id128 }),
          body: ReadyOrPassphrase,
          response: jobResponses,
        },
      },
      async (request, reply) => {
        const params = request.params as { patientId: string; grantId?: string };
        const patient = core.patients.get(params.patientId);
        const { body } = request;
        let job: string;
        if ('statement' in body) job = await consent.takeRevocation(patient, body.statement, params.grantId);
        else if (params.grantId === undefined)
          job = await consent.revokeAll(patient, unlockOf(request, body));
        else job = await consent.revoke(patient, params.grantId, unlockOf(request, body));
        const outcome = await consent.outcome(patient, job, WAIT_MS);
        return reply.status(outcome.status === 'done' ? 200 : 202).send(outcome);
      },
    );
  };
  addRevocation('/v1/patients/:patientId/grants/:grantId/revoke', false);
  addRevocation('/v1/patients/:patientId/grants/revoke-all', true);
}
