import { sendAnswer, withExamples, type ServiceApp } from '@careledger/service-kit';
import { byPatient } from '../access.js';
import { callerOf } from '../caller.js';
import { decided, decisionResponses } from '../decisions/answers.js';
import type { Decisions } from '../decisions/decisions.js';
import { byPassphrase } from '../grants/examples.js';
import { consentProblems, passphraseProblems, patientProblems } from '../route-problems.js';
import { PatientParams } from '../schemas.js';
import {
  offer,
  offerBody,
  recordsOffer,
  recordsOfferBody,
  passphraseChange,
  passphraseChanged,
  readyRotation,
  scopeKey,
} from './examples.js';
import {
  KeyOfferBody,
  KeyOfferView,
  PassphraseBody,
  PassphraseView,
  RotateBody,
  ScopeKeyView,
} from './schemas.js';
import type { KeyService } from './service.js';

export function addKeyRoutes(app: ServiceApp, keys: KeyService, decisions: Decisions): void {
  app.post(
    '/v1/patients/:patientId/keys/offer',
    {
      config: byPatient,
      schema: {
        summary:
          'Have this gateway make the key that is to follow one of its own, for the patient to appoint at `keys/rotate`. Asked ' +
          'again, the same key',
        problems: patientProblems,
        params: PatientParams,
        body: withExamples(KeyOfferBody, offerBody, recordsOfferBody),
        response: { 200: withExamples(KeyOfferView, offer, recordsOffer) },
      },
    },
    async (request) => keys.offer(request.params.patientId, request.body.use),
  );

  app.post(
    '/v1/patients/:patientId/keys/rotate',
    {
      config: decided,
      schema: {
        summary:
          'Put another consent key in the place of the patient’s, another gateway key in the place of this gateway’s, or ' +
          'another in the place of the key that opens the patient’s records: by a ready statement or made here under the ' +
          'passphrase. What was decided stands; nothing is taken that a former consent key signs from now on, nor a former ' +
          'gateway key once the ledgers have the new one. What there is of records is wrapped to the new key in the background',
        problems: consentProblems,
        params: PatientParams,
        body: withExamples(RotateBody, byPassphrase, readyRotation),
        response: decisionResponses,
      },
    },
    async (request, reply) => {
      const { patientId } = request.params;
      const taken = await keys.rotate(patientId, request.body, callerOf(request), request.idempotent);
      const answer = await decisions.answer([request, reply], patientId, taken);
      return sendAnswer(reply, answer, { status: 200 });
    },
  );

  app.get(
    '/v1/patients/:patientId/keys/scope-key',
    {
      config: byPatient,
      schema: {
        operationId: 'getPatientScopeKey',
        summary:
          'The scope key, which gives tags, for the consent key in force alone: a patient who has recovered that key without the ' +
          'former file has lost it',
        problems: patientProblems,
        params: PatientParams,
        response: { 200: withExamples(ScopeKeyView, scopeKey) },
      },
    },
    async (request) => keys.scopeKey(request.params.patientId),
  );

  app.post(
    '/v1/patients/:patientId/passphrase',
    {
      config: byPatient,
      schema: {
        summary:
          'Have another passphrase open the consent key. The same request again changes nothing; after a crash one of the ' +
          'two opens it',
        problems: [...patientProblems, ...passphraseProblems, 'PASSPHRASE_TOO_SHORT'],
        params: PatientParams,
        body: withExamples(PassphraseBody, passphraseChange),
        response: { 200: withExamples(PassphraseView, passphraseChanged) },
      },
    },
    async (request) => keys.changePassphrase(request.params.patientId, request.body, callerOf(request)),
  );
}
