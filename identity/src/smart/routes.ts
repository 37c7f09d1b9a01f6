import { PatientId, closedObject } from '@careledger/domain';
import { requireRole, withExamples, type ServiceApp } from '@careledger/service-kit';
import { EXAMPLE } from '@careledger/domain/examples';
import { Type } from 'typebox';
import { SIGN_IN_SCOPES } from './granting.js';
import { LAUNCH_LIFETIME_S, type Launches } from './launches.js';

/** SMART App Launch 2.2, section 8. */
const CAPABILITIES = [
  ...[
    'launch-ehr',
    'launch-standalone',
    'client-public',
    'client-confidential-asymmetric',
    'sso-openid-connect',
  ],
  ...['context-ehr-patient', 'context-standalone-patient', 'permission-offline', 'permission-patient'],
  ...['permission-user', 'permission-v1', 'permission-v2'],
];

/** How apps find their way, and how a program launches one for a patient. */
export function addSmartRoutes(
  app: ServiceApp,
  { issuer, launches }: { readonly issuer: string; readonly launches: Launches },
): void {
  const configuration = {
    ...{ issuer, jwks_uri: `${issuer}/jwks` },
    authorization_endpoint: `${issuer}/auth`,
    token_endpoint: `${issuer}/token`,
    introspection_endpoint: `${issuer}/token/introspection`,
    revocation_endpoint: `${issuer}/token/revocation`,
    token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
    grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
    scopes_supported: [...SIGN_IN_SCOPES, 'patient/*.rs', 'user/*.cruds', 'system/*.rs'],
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    capabilities: CAPABILITIES,
  };
  app.get(
    '/.well-known/smart-configuration',
    {
      config: { public: true },
      schema: {
        operationId: 'getSmartConfiguration',
        summary: 'What SMART apps need to know (SMART App Launch 2.2)',
        response: { 200: withExamples(Type.Object({}, { additionalProperties: true }), configuration) },
      },
    },
    // Pages of every origin may read it (SMART App Launch 2.2, section 8).
    async (_request, reply) => reply.header('access-control-allow-origin', '*').send(configuration),
  );

  app.post(
    '/v1/launches',
    {
      config: requireRole('system'),
      schema: {
        summary: `A launch of an app for a patient: its parameter \`launch\`, for ${LAUNCH_LIFETIME_S} seconds and once`,
        body: withExamples(closedObject({ patientId: PatientId }), { patientId: EXAMPLE.patientId }),
        response: {
          201: withExamples(Type.Object({ launch: Type.String() }), {
            launch: 'b2f1x0WqjUQmA5tq8m0mRy2QG3v5lYxk',
          }),
        },
      },
    },
    async (request, reply) => reply.status(201).send({ launch: launches.make(request.body.patientId) }),
  );
}
