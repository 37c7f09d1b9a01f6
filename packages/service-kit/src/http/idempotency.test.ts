import { hash } from 'node:crypto';
import { readFileSync, readdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Type } from 'typebox';
import { requireRole } from './auth.js';
import { defineProblems, ProblemError } from './problems.js';
import { idempotencyProblems } from './shared-problems.js';
import type { ServiceApp } from './service.js';
import { openDatabase } from '../sqlite/database.js';
import {
  IdempotencyKeys,
  idempotencyAnswersMigration,
  idempotencyKeysMigration,
} from './idempotency-keys.js';
import { buildKit } from '../../testing/kit-services.js';

const problems = defineProblems({
  ...idempotencyProblems,
  NOT_NOW: { status: 503, title: 'Not now' },
});
const SECRET_ANSWER = 'a-pairing-code-that-nobody-else-may-read';

const stack: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of stack.splice(0).reverse()) await end();
});

/** What the routes below have done: each adds one. */
interface Effects {
  made: number;
  bound: string[];
  refuse: boolean;
  /** Held until it resolves. */
  gate: Promise<void>;
}

async function newApp(
  path = ':memory:',
): Promise<{ app: ServiceApp; effects: Effects; end: () => Promise<void> }> {
  const database = openDatabase({
    path,
    migrations: [idempotencyKeysMigration, idempotencyAnswersMigration],
  });
  const keys = new IdempotencyKeys({ database });
  const app = await buildKit({
    http: { bodyLimitBytes: 1_000_000 },
    // Of one name: names tell nobody apart.
    tokens: ['one', 'other'].map((token) => ({ sha256: hash('sha256', token), role: 'ops', name: 'x' })),
    problems,
    requests: keys,
  });
  let isOpen = true;
  const end = async () => {
    if (isOpen) await app.close();
    if (isOpen) database.close();
    isOpen = false;
  };
  stack.push(end);
  const effects: Effects = { made: 0, bound: [], refuse: false, gate: Promise.resolve() };
  const config = requireRole('ops');
  const body = Type.Unknown();
  app.post('/v1/codes/:codeId', { config, schema: { body } }, async (_request, reply) => {
    await effects.gate;
    if (effects.refuse) throw new ProblemError<keyof typeof problems>('NOT_NOW', 'not now');
    effects.made += 1;
    return reply
      .code(201)
      .header('location', '/v1/x')
      .send({ code: `${SECRET_ANSWER}-${effects.made}` });
  });
  app.post('/v1/bound', { config, schema: { body } }, async (request, reply) => {
    const { idempotent } = request;
    const before = idempotent && keys.find(idempotent);
    const made = before?.state === 'same' ? before.reference : `effect-${effects.bound.length + 1}`;
    if (before?.state !== 'same')
      database.transaction(() => {
        effects.bound.push(made);
        if (idempotent) keys.claim(idempotent, made);
      });
    // Killed here, as far as the caller can tell: the answer is lost.
    if (effects.refuse) throw new ProblemError<keyof typeof problems>('NOT_NOW', 'not now');
    return reply.code(201).send({ made });
  });
  app.post('/v1/under-way', { config }, async (_request, reply) => {
    effects.made += 1;
    return reply.code(202).send({ progress: effects.made });
  });
  app.post('/v1/large', { config }, async () => ({ text: 'x'.repeat(100_000), made: (effects.made += 1) }));
  app.delete('/v1/nothing', { config: { ...config, idempotencyKey: true } }, async (_request, reply) => {
    effects.made += 1;
    return reply.code(204).send();
  });
  app.post('/v1/no-key', { config: { ...config, idempotencyKey: false } }, async () => ({
    made: (effects.made += 1),
  }));
  app.post<{ Body: { code: string } }>('/v1/open', {
    config: {
      public: true,
      idempotencyKey: { secretOf: ({ body: sent }) => (sent as { code: string }).code },
    },
    schema: { body: Type.Object({ code: Type.String() }) },
    handler: async () => ({ made: (effects.made += 1) }),
  });
  return { app, effects, end };
}

interface Call {
  readonly token?: string;
  readonly key?: string;
  readonly payload?: string;
  readonly method?: 'POST' | 'DELETE';
}

const send = (
  app: ServiceApp,
  url: string,
  { token = 'one', key = 'k', payload, method = 'POST' }: Call = {},
) =>
  app.inject({
    ...{ method, url },
    headers: {
      'idempotency-key': key,
      ...(token !== '' && { authorization: `Bearer ${token}` }),
      ...(payload !== undefined && { 'content-type': 'application/json' }),
    },
    ...(payload !== undefined && { payload }),
  });

const shown = ({ statusCode, body, headers }: Awaited<ReturnType<typeof send>>) => ({
  statusCode,
  body,
  type: headers['content-type'],
  location: headers['location'],
});

describe('a request under its key', () => {
  test('comes again: one effect, the same answer, which says that it is the first one’s', async () => {
    const { app, effects } = await newApp();
    const first = await send(app, '/v1/codes/a', { payload: '{"n":1}' });
    const again = await send(app, '/v1/codes/a', { payload: ' { "n" : 1.0 } ' });
    expect(first.statusCode).toBe(201);
    expect(shown(again)).toEqual(shown(first));
    expect([first.headers['idempotent-replayed'], again.headers['idempotent-replayed']]).toEqual([
      undefined,
      'true',
    ]);
    expect(effects.made).toBe(1);
  });

  test('an answer without a body comes again without one', async () => {
    const { app, effects } = await newApp();
    const first = await send(app, '/v1/nothing', { method: 'DELETE' });
    const again = await send(app, '/v1/nothing', { method: 'DELETE' });
    expect([first.statusCode, again.statusCode, again.body, again.headers['idempotent-replayed']]).toEqual([
      204,
      204,
      '',
      'true',
    ]);
    expect(effects.made).toBe(1);
  });

  test('with other content is refused, and so is another path or query; another token’s key is its own', async () => {
    const { app, effects } = await newApp();
    await send(app, '/v1/codes/a', { payload: '{"n":1}' });
    for (const [url, payload] of [
      ['/v1/codes/b', '{"n":1}'],
      ['/v1/codes/a?purpose=TREAT', '{"n":1}'],
      ['/v1/codes/a', '{"n":2}'],
    ] as const)
      expect((await send(app, url, { payload })).json()).toMatchObject({
        status: 422,
        code: 'IDEMPOTENCY_KEY_REUSED',
      });
    const other = await send(app, '/v1/codes/a', { payload: '{"n":2}', token: 'other' });
    expect([other.statusCode, effects.made]).toEqual([201, 2]);
  });

  test('that is still being answered is not begun a second time', async () => {
    const { app, effects } = await newApp();
    const { promise, resolve } = Promise.withResolvers<void>();
    effects.gate = promise;
    const first = send(app, '/v1/codes/a', { payload: '1' });
    await new Promise((turn) => setTimeout(turn, 20));
    const second = await send(app, '/v1/codes/a', { payload: '1' });
    expect([second.json(), second.headers['retry-after']]).toEqual([
      expect.objectContaining({ status: 409, code: 'IDEMPOTENCY_KEY_IN_USE' }),
      '1',
    ]);
    expect((await send(app, '/v1/codes/a', { payload: '2' })).json()).toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
    resolve();
    expect((await first).statusCode).toBe(201);
    expect((await send(app, '/v1/codes/a', { payload: '1' })).headers['idempotent-replayed']).toBe('true');
    expect(effects.made).toBe(1);
  });

  test('that was refused left nothing behind: the key is free', async () => {
    const { app, effects } = await newApp();
    effects.refuse = true;
    expect((await send(app, '/v1/codes/a', { payload: '1' })).statusCode).toBe(503);
    effects.refuse = false;
    expect((await send(app, '/v1/codes/a', { payload: '2' })).statusCode).toBe(201);
  });

  test('whose answer was lost after its effect was bound to the key has that one effect', async () => {
    const { app, effects } = await newApp();
    effects.refuse = true;
    expect((await send(app, '/v1/bound', { payload: '1' })).statusCode).toBe(503);
    effects.refuse = false;
    expect((await send(app, '/v1/bound', { payload: '2' })).json()).toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
    expect((await send(app, '/v1/bound', { payload: '1' })).json()).toEqual({ made: 'effect-1' });
    expect(effects.bound).toEqual(['effect-1']);
  });

  test('is answered after a restart as before, and no store shows what the answer was', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'careledger-keys-'));
    stack.push(() => rmSync(dir, { recursive: true }));
    const before = await newApp(join(dir, 'store.db'));
    const first = await send(before.app, '/v1/codes/a', { payload: '"correct horse battery staple"' });
    const onDisk = readdirSync(dir).map((file) => readFileSync(join(dir, file)).toString('latin1'));
    expect(onDisk.join('')).toContain('POST /v1/codes/:codeId');
    for (const secret of [SECRET_ANSWER, 'battery', 'Bearer'])
      expect(onDisk.filter((file) => file.includes(secret))).toEqual([]);
    await before.end();
    const { app, effects } = await newApp(join(dir, 'store.db'));
    const again = await send(app, '/v1/codes/a', { payload: '"correct horse battery staple"' });
    expect(shown(again)).toEqual(shown(first));
    expect(effects.made).toBe(0);
  });

  test('that is under way is told how far it has come; what is too large to keep is made again', async () => {
    const { app } = await newApp();
    expect((await send(app, '/v1/under-way')).json()).toEqual({ progress: 1 });
    expect((await send(app, '/v1/under-way')).json()).toEqual({ progress: 2 });
    expect((await send(app, '/v1/large')).json()).toMatchObject({ made: 3 });
    const again = await send(app, '/v1/large');
    expect([again.json(), again.headers['idempotent-replayed']]).toEqual([
      expect.objectContaining({ made: 4 }),
      undefined,
    ]);
    expect((await send(app, '/v1/large?other')).json()).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  });

  test('of nobody’s token belongs to whoever has the secret in it; a route may take no key', async () => {
    const { app } = await newApp();
    const open = (code: string) => send(app, '/v1/open', { token: '', payload: JSON.stringify({ code }) });
    expect((await open('x')).json()).toEqual({ made: 1 });
    expect((await open('x')).json()).toEqual({ made: 1 });
    expect((await open('y')).json()).toEqual({ made: 2 });
    expect((await send(app, '/v1/no-key')).json()).toEqual({ made: 3 });
    expect((await send(app, '/v1/no-key')).json()).toEqual({ made: 4 });
  });

  test('without a body that has a canonical form is refused', async () => {
    const { app } = await newApp();
    expect((await send(app, '/v1/codes/a', { payload: '"\\ud800"' })).json()).toMatchObject({
      status: 400,
      code: 'MALFORMED_BODY',
      reason: 'JSON_NOT_CANONICALIZABLE',
    });
    expect((await send(app, '/v1/codes/a', { payload: '1', key: 'x'.repeat(129) })).json()).toMatchObject({
      code: 'VALIDATION_FAILED',
    });
  });

  test('is described: the header, its codes, and how a repeated answer shows', async () => {
    const { app } = await newApp();
    const { paths } = (await app.inject({ url: '/openapi.json' })).json<{
      paths: Record<
        string,
        Record<string, { parameters?: { name: string; required?: boolean }[]; responses: object }>
      >;
    }>();
    const taking = Object.entries(paths).filter(([, { post }]) =>
      post?.parameters?.some(({ name, required = false }) => name === 'idempotency-key' && !required),
    );
    expect(taking.map(([path]) => path).sort()).toEqual([
      '/v1/bound',
      '/v1/codes/{codeId}',
      '/v1/large',
      '/v1/open',
      '/v1/under-way',
    ]);
    expect(paths['/v1/bound']?.['post']?.responses).toMatchObject({
      409: { description: expect.stringContaining('IDEMPOTENCY_KEY_IN_USE') },
      422: { description: expect.stringContaining('IDEMPOTENCY_KEY_REUSED') },
      '2XX': { headers: { 'Idempotent-Replayed': { schema: { type: 'boolean' } } } },
    });
  });
});
