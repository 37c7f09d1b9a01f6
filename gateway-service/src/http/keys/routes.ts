import { withExamples, type ServiceApp } from '@careledger/service-kit';
import { byPatient } from '../access.js';
import { callerOf } from '../caller.js';
import { passphraseProblems, patientProblems } from '../route-problems.js';
import { PatientParams } from '../schemas.js';
import { passphraseChange, passphraseChanged } from './examples.js';
import { PassphraseBody, PassphraseView } from './schemas.js';
import type { KeyService } from './service.js';

export function addKeyRoutes(app: ServiceApp, keys: KeyService): void {
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
