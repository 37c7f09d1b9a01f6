import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { STATEMENTS } from '@careledger/contracts';
import { generateEd25519 } from '@careledger/crypto';
import { CHANNELS } from '@careledger/domain';
import { EXAMPLE } from '@careledger/domain/examples';
import { ProblemError, type ServiceApp } from '@careledger/service-kit';
import { makeStatement } from '@careledger/statements';
import fastify from 'fastify';
import { addDelegateGuard } from './guard.js';

const [OWN, ABOVE, BELOW] = ['A'.repeat(22), 'B'.repeat(21) + 'A', 'C'.repeat(21) + 'A'] as const;

let app: ServiceApp;
beforeEach(() => {
  app = fastify() as unknown as ServiceApp;
  app.decorateRequest('principal', undefined);
  app.addHook('onRequest', async (request) => {
    const role = request.headers['x-role'] as 'delegate' | 'patient';
    request.principal = { role, ...(role === 'delegate' && { delegationId: OWN }) } as never;
  });
  addDelegateGuard(app);
  app.setErrorHandler((error, _, reply) =>
    reply.status(500).send({ code: error instanceof ProblemError ? error.code : 'UNEXPECTED' }),
  );
  app.all('/', async () => ({ code: 'passed' }));
});
afterEach(() => app.close());

const { signer } = generateEd25519();

/** The guard looks at no signature: the routes do. */
const revocation = (path?: string[]): string =>
  makeStatement(
    {
      ...{ typ: STATEMENTS.revoke.typ, iss: EXAMPLE.patientId, aud: EXAMPLE.network },
      ...{ channels: CHANNELS, sid: EXAMPLE.statementId },
      body: { policySeq: 1, grantId: EXAMPLE.grantId, ...(path !== undefined && { path }) },
    },
    signer,
  );

async function answer(body: object | undefined, role = 'delegate', method = 'POST'): Promise<unknown> {
  const made = { method: method as 'POST', url: '/', headers: { 'x-role': role } };
  const answered = await app.inject({ ...made, ...(body !== undefined && { payload: body }) });
  return answered.json<{ code: unknown }>().code;
}

test('a delegate brings what it has signed by its own delegation', async () => {
  expect(await answer({ statement: revocation([OWN]) })).toBe('passed');
  expect(await answer({ statement: revocation([ABOVE, OWN]) })).toBe('passed');
  expect(await answer(undefined, 'delegate', 'GET')).toBe('passed');
});

test('and neither the patient’s statements, nor other delegates’, nor a passphrase, nor what is no statement', async () => {
  const statements = [
    revocation(),
    revocation([ABOVE]),
    revocation([OWN, BELOW]),
    revocation([]),
    'a.b.c',
    '',
  ];
  const bodies = [...statements.map((statement) => ({ statement })), { passphrase: 'a passphrase' }, {}];
  for (const body of [...bodies, undefined]) expect([body, await answer(body)]).toEqual([body, 'FORBIDDEN']);
  for (const method of ['PUT', 'DELETE', 'PATCH'])
    expect(await answer({ passphrase: 'a passphrase' }, 'delegate', method)).toBe('FORBIDDEN');
  expect(await answer({ passphrase: 'a passphrase' }, 'patient')).toBe('passed');
});
