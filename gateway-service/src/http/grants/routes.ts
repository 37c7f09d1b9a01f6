import { CompactJws } from '@careledger/contracts';
import { type ServiceApp, withExamples } from '@careledger/service-kit';
import { Type } from 'typebox';
import { byPatient, byPatientOrAuditor } from '../access.js';
import { callerOf } from '../caller.js';
import { consentProblems, passphraseProblems, patientProblems } from '../route-problems.js';
import { ListQuery, PatientParams } from '../schemas.js';
import {
  GrantBody,
  GrantParams,
  GrantsPage,
  ReadyOrPassphrase,
  SignRevocationBody,
  statusOf,
} from './schemas.js';
import type { GrantService } from './service.js';
import {
  byPassphrase,
  grant,
  jobAnswers,
  readyGrant,
  readyRevocation,
  revocationOfAll,
  revocationOfOne,
  signed,
  terms,
} from './examples.js';

export function addGrantRoutes(app: ServiceApp, grants: GrantService): void {
  app.get(
    '/v1/patients/:patientId/grants',
    {
      config: byPatientOrAuditor,
      schema: {
        summary:
          'What the patient has granted, revoked grants included, and the next policySeq for the patient’s app',
        problems: patientProblems,
        params: PatientParams,
        querystring: ListQuery,
        response: { 200: withExamples(GrantsPage, { grants: [grant], nextPolicySeq: 2, next: null }) },
      },
    },
    async (request) => grants.list(request.params.patientId, request.query),
  );

  app.post(
    '/v1/patients/:patientId/grants',
    {
      config: byPatient,
      schema: {
        summary: 'Grant: a ready statement, or the terms with the passphrase of the consent key',
        problems: consentProblems,
        params: PatientParams,
        body: withExamples(GrantBody, terms, readyGrant),
        response: jobAnswers,
      },
    },
    async (request, reply) => {
      const outcome = await grants.grant(
        request.params.patientId,
        request.body,
        callerOf(request),
        request.idempotent,
      );
      return reply.status(statusOf(outcome)).send(outcome);
    },
  );

  app.post(
    '/v1/patients/:patientId/grants/:grantId/revoke',
    {
      config: byPatient,
      schema: {
        summary: 'Revoke one grant; one that is revoked is answered with `already`, and nothing is sent',
        problems: [...consentProblems, 'GRANT_NOT_FOUND'],
        params: GrantParams,
        body: withExamples(ReadyOrPassphrase, byPassphrase, readyRevocation),
        response: jobAnswers,
      },
    },
    async (request, reply) => {
      const { patientId, grantId } = request.params;
      const outcome = await grants.revoke(patientId, grantId, request.body, callerOf(request));
      return reply.status(statusOf(outcome)).send(outcome);
    },
  );

  app.post(
    '/v1/patients/:patientId/grants/revoke-all',
    {
      config: byPatient,
      schema: {
        summary: 'Revoke everything granted so far; where nothing was granted since, nothing is sent',
        problems: consentProblems,
        params: PatientParams,
        body: withExamples(ReadyOrPassphrase, byPassphrase, readyRevocation),
        response: jobAnswers,
      },
    },
    async (request, reply) => {
      const outcome = await grants.revokeAll(request.params.patientId, request.body, callerOf(request));
      return reply.status(statusOf(outcome)).send(outcome);
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
        response: { 200: withExamples(Type.Object({ statement: CompactJws }), signed) },
      },
    },
    async (request) => ({
      statement: await grants.signRevocation(request.params.patientId, request.body, callerOf(request)),
    }),
  );
}
