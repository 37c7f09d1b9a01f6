import { sendAnswer, withExamples, type ServiceApp } from '@careledger/service-kit';
import { byPatient } from '../access.js';
import { callerOf } from '../caller.js';
import { decided, decisionResponses } from '../decisions/answers.js';
import type { Decisions } from '../decisions/decisions.js';
import { byPassphrase } from '../grants/examples.js';
import { ReadyOrPassphrase } from '../grants/schemas.js';
import { consentProblems, passphraseProblems, patientProblems } from '../route-problems.js';
import { PatientParams } from '../schemas.js';
import { passphraseChange, passphraseChanged, readyRotation } from './examples.js';
import { PassphraseBody, PassphraseView } from './schemas.js';
import type { KeyService } from './service.js';

export function addKeyRoutes(app: ServiceApp, keys: KeyService, decisions: Decisions): void {
  app.post(
    '/v1/patients/:patientId/keys/rotate',
    {
      config: decided,
      schema: {
        summary:
          'Put another consent key in the place of the patient’s: by a ready statement, which proves that the patient has ' +
          'it, or made here under the passphrase. What was decided stands; nothing is taken that the former key signs from now on',
        problems: consentProblems,
        params: PatientParams,
        body: withExamples(ReadyOrPassphrase, byPassphrase, readyRotation),
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
