import { ledgerAnswers } from '@careledger/ledger/service';
import { CompactJws } from '@careledger/contracts';
import {
  IfMatch,
  assertUnchanged,
  contentTag,
  sendAnswer,
  withExamples,
  type ServiceApp,
} from '@careledger/service-kit';
import { Type } from 'typebox';
import { byPatient, byPatientDelegateOrAuditor, byPatientOrDelegate, delegationOf } from '../access.js';
import { callerOf } from '../caller.js';
import { consentProblems, passphraseProblems, patientProblems } from '../route-problems.js';
import type { Decisions } from '../decisions/decisions.js';
import { decided, decidedOrDelegated, decisionResponses } from '../decisions/answers.js';
import { ListQuery, PatientParams } from '../schemas.js';
import {
  AuthorityParams,
  AuthorityView,
  GrantBody,
  GrantParams,
  GrantView,
  GrantsPage,
  ReadyOrPassphrase,
  SignRevocationBody,
} from './schemas.js';
import type { GrantService } from './service.js';
import {
  authority,
  byPassphrase,
  grant,
  readyGrant,
  readyRevocation,
  revocationOfAll,
  revocationOfOne,
  terms,
} from './examples.js';

export function addGrantRoutes(app: ServiceApp, grants: GrantService, decisions: Decisions): void {
  app.get(
    '/v1/authorities/:authorityId',
    {
      config: byPatientOrDelegate,
      schema: {
        summary:
          'An authority and the key to which grants for it are sealed: compare it with the one that it publishes itself',
        problems: ['AUTHORITY_UNKNOWN', ...ledgerAnswers],
        params: AuthorityParams,
        response: { 200: withExamples(AuthorityView, authority) },
      },
    },
    async (request) => grants.authority(request.params.authorityId),
  );

  app.get(
    '/v1/patients/:patientId/grants',
    {
      config: byPatientDelegateOrAuditor,
      schema: {
        summary:
          'What the patient has granted, revoked grants included, and the next policySeq for the patient’s app',
        problems: patientProblems,
        params: PatientParams,
        querystring: ListQuery,
        response: {
          200: withExamples(GrantsPage, { grants: [grant], nextPolicySeq: 2, epoch: 0, next: null }),
        },
      },
    },
    async (request) => grants.list(request.params.patientId, request.query, delegationOf(request)),
  );

  app.post(
    '/v1/patients/:patientId/grants',
    {
      config: decidedOrDelegated,
      schema: {
        summary: 'Grant: a ready statement, or the terms with the passphrase of the consent key',
        problems: consentProblems,
        params: PatientParams,
        body: withExamples(GrantBody, terms, readyGrant),
        response: decisionResponses,
      },
    },
    async (request, reply) => {
      const taken = await grants.grant(
        request.params.patientId,
        request.body,
        callerOf(request),
        request.idempotent,
      );
      const answer = await decisions.answer([request, reply], request.params.patientId, taken);
      return sendAnswer(reply, answer, { status: 200 });
    },
  );

  app.get(
    '/v1/patients/:patientId/grants/:grantId',
    {
      config: byPatientDelegateOrAuditor,
      schema: {
        summary: 'A grant of the patient, revoked or not',
        problems: [...patientProblems, 'GRANT_NOT_FOUND'],
        params: GrantParams,
        response: { 200: withExamples(GrantView, grant) },
      },
    },
    async (request, reply) => {
      const { patientId, grantId } = request.params;
      const view = grants.get(patientId, grantId, delegationOf(request));
      return reply.header('etag', contentTag(view)).send(view);
    },
  );

  app.post(
    '/v1/patients/:patientId/grants/:grantId/revoke',
    {
      config: decidedOrDelegated,
      schema: {
        summary: 'Revoke one grant; one that is revoked is answered with `already`, and nothing is sent',
        problems: [...consentProblems, 'GRANT_NOT_FOUND', 'RESOURCE_CHANGED'],
        params: GrantParams,
        headers: Type.Object(IfMatch),
        body: withExamples(ReadyOrPassphrase, byPassphrase, readyRevocation),
        response: decisionResponses,
      },
    },
    async (request, reply) => {
      const { patientId, grantId } = request.params;
      const ifMatch = request.headers['if-match'];
      if (ifMatch !== undefined)
        assertUnchanged(ifMatch, grants.get(patientId, grantId, delegationOf(request)));
      const taken = await grants.revoke(patientId, grantId, request.body, callerOf(request));
      const answer = await decisions.answer([request, reply], request.params.patientId, taken);
      return sendAnswer(reply, answer, { status: 200 });
    },
  );

  app.post(
    '/v1/patients/:patientId/grants/revoke-all',
    {
      config: decided,
      schema: {
        summary: 'Revoke everything granted so far; where nothing was granted since, nothing is sent',
        problems: consentProblems,
        params: PatientParams,
        body: withExamples(ReadyOrPassphrase, byPassphrase, readyRevocation),
        response: decisionResponses,
      },
    },
    async (request, reply) => {
      const taken = await grants.revokeAll(request.params.patientId, request.body, callerOf(request));
      const answer = await decisions.answer([request, reply], request.params.patientId, taken);
      return sendAnswer(reply, answer, { status: 200 });
    },
  );

  app.post(
    '/v1/patients/:patientId/revocations',
    {
      config: byPatient,
      schema: {
        summary:
          'Sign a revocation of one grant, or of everything granted so far, and hand it out unsent: any provider or ' +
          'authority relays it',
        problems: [...patientProblems, ...passphraseProblems, 'GRANT_NOT_FOUND'],
        params: PatientParams,
        body: withExamples(SignRevocationBody, revocationOfOne, revocationOfAll),
        response: { 200: withExamples(Type.Object({ statement: CompactJws }), readyRevocation) },
      },
    },
    async (request) => ({
      statement: await grants.signRevocation(request.params.patientId, request.body, callerOf(request)),
    }),
  );
}
