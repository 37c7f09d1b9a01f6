import { IfMatch, versionTag, withExamples, type ServiceApp } from '@careledger/service-kit';
import { Type } from 'typebox';
import { byPatient, byPatientOrPractitioner } from '../access.js';
import { callerOf } from '../caller.js';
import { patientProblems, settingsProblems } from '../route-problems.js';
import { ListQuery, PatientParams } from '../schemas.js';
import { SettingsBody, SettingsTaken, SettingsVersionsPage, SettingsView } from './schemas.js';
import * as examples from './examples.js';
import type { SettingsViews } from './service.js';

export function addSettingsRoutes(app: ServiceApp, settings: SettingsViews): void {
  app.get(
    '/v1/patients/:patientId/settings',
    {
      config: byPatient,
      schema: {
        summary:
          'How the patient’s readings are judged: what is in force, and who stated what; `ETag` is its version',
        problems: patientProblems,
        params: PatientParams,
        response: { 200: withExamples(SettingsView, examples.settings) },
      },
    },
    async (request, reply) => {
      const view = settings.get(request.params.patientId);
      return reply.header('etag', versionTag(view.version)).send(view);
    },
  );

  app.put(
    '/v1/patients/:patientId/settings',
    {
      // Whoever brings it: the signature is what counts.
      config: { ...byPatientOrPractitioner, idempotencyKey: true },
      schema: {
        summary:
          'Put settings in force: a ready statement of the patient or an authority, or what the patient states with ' +
          'the passphrase of the consent key',
        problems: settingsProblems,
        params: PatientParams,
        headers: Type.Object(IfMatch),
        body: withExamples(SettingsBody, examples.byPassphrase, examples.ready),
        response: { 200: withExamples(SettingsTaken, examples.taken) },
      },
    },
    async (request, reply) => {
      const { params, body, headers } = request;
      const taken = await settings.put(params.patientId, body, callerOf(request), headers['if-match']);
      return reply.header('etag', versionTag(taken.version)).send(taken);
    },
  );

  app.get(
    '/v1/patients/:patientId/settings/versions',
    {
      config: byPatient,
      schema: {
        summary: 'Every version of the patient’s settings, oldest first, with the statement that made it',
        problems: patientProblems,
        params: PatientParams,
        querystring: ListQuery,
        response: { 200: withExamples(SettingsVersionsPage, examples.versions) },
      },
    },
    async (request) => settings.versions(request.params.patientId, request.query),
  );
}
