import { Writable } from 'node:stream';
import { afterEach, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { Type } from 'typebox';
import { loggerOptions } from '../logging.js';
import { UNDECLARED_ANSWER } from './declared-answers.js';
import { defineProblems, ProblemError } from './problems.js';
import type { ServiceApp } from './service.js';
import { KitServices } from '../../testing/kit-services.js';

const problems = defineProblems({
  KNOWN: { status: 409, title: 'Known' },
  UNKNOWN: { status: 409, title: 'Of the same status' },
});

const services = new KitServices();
afterEach(() => services.close());

/** A service, and what its log has of answers that nobody described. */
async function newApp(): Promise<[ServiceApp, Record<string, unknown>[]]> {
  const said: Record<string, unknown>[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      const line = JSON.parse(String(chunk)) as Record<string, unknown>;
      if (line['msg'] === UNDECLARED_ANSWER) said.push(line);
      done();
    },
  });
  const app = await services.open({ problems, logger: pino(loggerOptions('kit', { level: 'error' }), sink) });
  app.get(
    '/v1/things/:what',
    {
      config: { public: true },
      schema: {
        params: Type.Object({ what: Type.String({ maxLength: 9 }) }),
        problems: ['KNOWN'],
        response: { 200: Type.Object({}) },
      },
    },
    async ({ params: { what } }, reply) => {
      if (what === 'known' || what === 'unknown')
        throw new ProblemError<keyof typeof problems>(what === 'known' ? 'KNOWN' : 'UNKNOWN', what);
      if (what === 'broken') throw new Error('broken');
      return reply.code(what === 'made' ? (201 as 200) : 200).send({});
    },
  );
  const page = { config: { public: true as const }, schema: { hide: true } };
  app.get('/page', page, async (_request, reply) => reply.redirect('/elsewhere', 303));
  return [app, said];
}

test('an answer that its route does not describe is told in the log: a code, though its status is, and a status', async () => {
  const [app, said] = await newApp();
  for (const url of ['known', 'broken', 'fine', 'x'.repeat(10)]) await app.inject(`/v1/things/${url}`);
  await app.inject({ method: 'POST', url: '/v1/things/fine' });
  await app.inject('/nowhere');
  expect((await app.inject('/page')).statusCode).toBe(303);
  expect(said).toEqual([]);
  expect((await app.inject('/v1/things/unknown')).statusCode).toBe(409);
  expect((await app.inject('/v1/things/made')).statusCode).toBe(201);
  expect(said).toMatchObject([
    { method: 'GET', route: '/v1/things/:what', status: '409', code: 'UNKNOWN' },
    { method: 'GET', route: '/v1/things/:what', status: '201' },
  ]);
});
