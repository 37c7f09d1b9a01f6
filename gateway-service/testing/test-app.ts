import { hash } from 'node:crypto';
import { buildService, createLogger, type IdempotencyKeys, type ServiceApp } from '@careledger/service-kit';
import { problems } from '../src/problems.js';

/** Bearer tokens that the app of {@link newTestApp} takes. */
export const TOKENS = { ops: 'a-token-of-the-operator', patient: 'a-token-of-the-patient' } as const;

/** An app as the gateway's, without routes: a test registers the plugins that it tries. */
export function newTestApp(patientId: string, requests?: IdempotencyKeys): Promise<ServiceApp> {
  return buildService({
    name: 'gateway',
    logger: createLogger('gateway', { level: 'silent' }),
    config: {
      http: { host: '127.0.0.1', port: 0, bodyLimitBytes: 65_536, metricsOpen: false },
      auth: {
        tokens: [
          { sha256: hash('sha256', TOKENS.ops), role: 'ops' },
          { sha256: hash('sha256', TOKENS.patient), role: 'patient', patientIds: [patientId] },
        ],
      },
    },
    problems,
    openapi: { title: 'gateway', version: '0' },
    ...(requests && { requests }),
  });
}
