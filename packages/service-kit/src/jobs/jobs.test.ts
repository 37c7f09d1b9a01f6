import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Type } from 'typebox';
import { newApiTokens, type ApiTokens } from '../../testing/api-access.js';
import { buildKit } from '../../testing/kit-services.js';
import {
  IdempotencyKeys,
  idempotencyAnswersMigration,
  idempotencyKeysMigration,
} from '../http/idempotency-keys.js';
import { ProblemError, defineProblems } from '../http/problems.js';
import { idempotencyProblems } from '../http/shared-problems.js';
import type { ServiceApp } from '../http/service.js';
import { createLogger } from '../logging.js';
import { openDatabase } from '../sqlite/database.js';
import { Job, jobOf } from './job.js';
import { JOB_TTL_MS, JobStore, jobsMigration } from './job-store.js';
import { Jobs } from './jobs.js';
import type { DoJob } from './own-work.js';
import { jobsPlugin } from './routes.js';
import { sendAnswer } from './send-answer.js';

const problems = defineProblems({
  ...idempotencyProblems,
  PARCEL_LOST: { status: 422, title: 'Nobody has the parcel any more' },
});
const logger = createLogger('kit', { level: 'silent' });
const Parcel = Type.Object({ at: Type.String() });
const PARCEL = { kind: 'parcel', stages: ['depot', 'door'] } as const;
const COUNT = { kind: 'count', stages: ['all'] };

/** Parcels go on by themselves: the rows of work that jobs watch. */
let parcels: Map<string, { at: 'depot' | 'door' | 'lost' }>;
let run: DoJob<{ n: number }>;
let api: ApiTokens;
let path: string;
let nowMs: number;
const ends: (() => unknown)[] = [];
let app: ServiceApp;

beforeEach(async () => {
  path = join(mkdtempSync(join(tmpdir(), 'careledger-jobs-')), 'store.db');
  ends.push(() => rmSync(join(path, '..'), { recursive: true }));
  [parcels, api, nowMs] = [new Map(), newApiTokens('pat_x'), Date.now()];
  run = async () => ({ n: 1 });
  app = await start();
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** The service as a process starts it; `stop` is what a kill leaves of it: the file. */
async function start(): Promise<ServiceApp> {
  const migrations = [idempotencyKeysMigration, idempotencyAnswersMigration, jobsMigration];
  const database = openDatabase({ path, migrations, exclusive: false });
  ends.push(() => database.close());
  const requests = new IdempotencyKeys({ database });
  const store = new JobStore({ database, requests, clock: () => nowMs });
  const jobs = new Jobs({ store, problems, logger });
  const made = await buildKit({ tokens: api.entries, problems, requests });
  const sending = jobs.watch(PARCEL, async (reference) => {
    const at = parcels.get(reference)?.at;
    if (at === undefined || at === 'lost') throw new ProblemError<'PARCEL_LOST'>('PARCEL_LOST', 'It is lost');
    return { isDone: at === 'door', stage: at, done: at === 'door' ? 1 : 0, total: 1, result: { at } };
  });
  const counting = jobs.perform(COUNT, (...given) => run(...given));
  const config = { roles: ['ops', 'auditor'], isLongWork: true } as const;
  made.post(
    '/v1/parcels',
    {
      config,
      schema: {
        problems: ['PARCEL_LOST'],
        body: Type.Object({ to: Type.String() }),
        response: { 201: Parcel, 202: jobOf('ParcelJob', Parcel) },
      },
    },
    async (request, reply) => {
      const answer = await sending.answer(request, reply, { reference: request.body.to, waitMs: 0 });
      return sendAnswer(reply, answer, { status: 201 });
    },
  );
  made.post(
    '/v1/counts',
    { config, schema: { problems: ['PARCEL_LOST'], response: { 200: Type.Unknown(), 202: Job } } },
    async (request, reply) => {
      const answer = await counting.answer(request, reply, { reference: 'all', waitMs: 10_000 });
      return sendAnswer(reply, answer, { status: 200 });
    },
  );
  await made.register(jobsPlugin, { jobs });
  ends.push(() => made.close());
  jobs.start();
  return made;
}

interface Called {
  readonly as?: 'ops' | 'auditor';
  readonly headers?: Record<string, string>;
}
const call = async (
  method: 'GET' | 'POST',
  url: string,
  payload?: object,
  { as = 'ops', headers = {} }: Called = {},
) => {
  const answer = await app.inject({
    ...{ method, url },
    ...(payload !== undefined && { payload }),
    headers: { authorization: `Bearer ${api.tokens[as]}`, ...headers },
  });
  return { ...answer, status: answer.statusCode, body: answer.body === '' ? null : answer.json<Job>() };
};
const send = (to: string, called: Called = {}) => call('POST', '/v1/parcels', { to }, called);
const job = (location: unknown, called: Called = {}) => call('GET', String(location), undefined, called);
const ASYNC = { headers: { prefer: 'respond-async' } };

describe('work that goes on by its own rows', () => {
  test('is answered with its result where it is done, else with 202 and where the job is', async () => {
    parcels.set('a', { at: 'depot' });
    const under = await send('a');
    expect(under.status).toBe(202);
    expect(under.body).toMatchObject({ kind: 'parcel', state: 'running', stage: 'depot', done: 0, total: 1 });
    expect(under.body).toMatchObject({ result: { at: 'depot' }, endedAt: null, problem: null });
    expect(under.headers).toMatchObject({
      location: `/v1/jobs/${under.body?.jobId}`,
      'retry-after': '1',
    });
    parcels.set('a', { at: 'door' });
    const done = await job(under.headers.location);
    expect(done.body).toMatchObject({ state: 'succeeded', done: 1, total: 1, result: { at: 'door' } });
    expect(done.headers['retry-after']).toBeUndefined();
    expect((await send('a')).status).toBe(201);
  });

  test('asked for again it is the same job, and another token’s is another one that nobody else sees', async () => {
    parcels.set('a', { at: 'depot' });
    const first = await send('a');
    expect((await send('a')).body?.jobId).toBe(first.body?.jobId);
    const other = await send('a', { as: 'auditor' });
    expect(other.body?.jobId).not.toBe(first.body?.jobId);
    expect((await job(first.headers.location, { as: 'auditor' })).body).toMatchObject({ code: 'NOT_FOUND' });
    expect((await call('GET', '/v1/jobs')).body).toMatchObject({ jobs: [{ jobId: first.body?.jobId }] });
  });

  test('an end stays, whatever becomes of the rows, and a failure has the request’s problem', async () => {
    parcels.set('a', { at: 'depot' });
    const { headers } = await send('a');
    parcels.set('a', { at: 'lost' });
    const lost = { state: 'failed', result: null, problem: { code: 'PARCEL_LOST', status: 422 } };
    expect((await job(headers.location)).body).toMatchObject(lost);
    parcels.set('a', { at: 'door' });
    expect((await job(headers.location)).body).toMatchObject(lost);
    parcels.set('b', { at: 'depot' });
    const second = await send('b');
    parcels.set('b', { at: 'door' });
    expect((await job(second.headers.location)).body).toMatchObject({ state: 'succeeded' });
    parcels.delete('b');
    expect((await job(second.headers.location)).body).toMatchObject({ state: 'succeeded', result: null });
  });

  test('polling sends nothing twice: If-None-Match is 304 until something has moved', async () => {
    parcels.set('a', { at: 'depot' });
    const { headers } = await send('a');
    const { headers: first } = await job(headers.location);
    const known = { headers: { 'if-none-match': String(first.etag) } };
    expect((await job(headers.location, known)).status).toBe(304);
    parcels.set('a', { at: 'door' });
    expect((await job(headers.location, known)).status).toBe(200);
  });

  test('a list has pages, newest first, and each job once', async () => {
    const made: unknown[] = [];
    for (const to of ['a', 'b', 'c', 'd', 'e']) {
      parcels.set(to, { at: 'depot' });
      made.unshift((await send(to)).body?.jobId);
    }
    const found: unknown[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page = await call('GET', `/v1/jobs?limit=2${cursor && `&cursor=${cursor}`}`);
      const { jobs, next } = page.body as unknown as { jobs: Job[]; next: string | null };
      found.push(...jobs.map(({ jobId }) => jobId));
      expect(jobs.every((shown) => !('result' in shown))).toBe(true);
      cursor = next;
    }
    expect(found).toEqual(made);
  });

  test('ended jobs are cleared away after a month, others never', async () => {
    for (const to of ['a', 'b']) parcels.set(to, { at: 'depot' });
    const [ended, open] = [await send('a'), await send('b')];
    parcels.set('a', { at: 'door' });
    await job(ended.headers.location);
    nowMs += JOB_TTL_MS + 1;
    parcels.set('c', { at: 'depot' });
    await send('c');
    expect((await job(ended.headers.location)).status).toBe(404);
    expect((await job(open.headers.location)).body).toMatchObject({ state: 'running' });
  });
});

describe('work that the job itself does', () => {
  const count = (called: Called = {}) => call('POST', '/v1/counts', undefined, called);

  test('is waited for unless the caller prefers not to; its progress is told meanwhile', async () => {
    expect(await count()).toMatchObject({ status: 200, body: { n: 1 } });
    const { promise, resolve } = Promise.withResolvers<undefined>();
    run = async (reference, { report }) => {
      report({ stage: reference, done: 3, total: 4 });
      await promise;
      return { n: 4 };
    };
    const under = await count(ASYNC);
    expect(under.status).toBe(202);
    expect(under.headers['preference-applied']).toBe('respond-async');
    expect((await job(under.headers.location)).body).toMatchObject({ stage: 'all', done: 3, total: 4 });
    const waiting = job(under.headers.location, { headers: { prefer: 'wait=20' } });
    resolve(undefined);
    expect((await waiting).body).toMatchObject({ state: 'succeeded', done: 4, total: 4, result: { n: 4 } });
  });

  test('goes on after the process was lost in the middle, until it ends', async () => {
    run = (_reference, { signal }) =>
      new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const { headers } = await count(ASYNC);
    run = async () => ({ n: 2 });
    app = await start();
    const done = await job(headers.location, { headers: { prefer: 'wait=10' } });
    expect(done.body).toMatchObject({ state: 'succeeded', result: { n: 2 } });
  });

  test('is tried again while it fails for a while, and says why; a refusal ends it', async () => {
    let tries = 0;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    run = async () => {
      if (++tries === 1) throw new Error('away: ECONNREFUSED 10.1.2.3:7051');
      await promise;
      throw new ProblemError<'PARCEL_LOST'>('PARCEL_LOST', 'It is lost', { members: { n: tries } });
    };
    const under = await count(ASYNC);
    let waits: Job | null = null;
    while (typeof waits?.lastError !== 'string')
      waits = (await job(under.headers.location, { headers: { prefer: 'wait=1' } })).body;
    expect(waits).toMatchObject({ state: 'running', lastError: expect.stringMatching(/^away: /) });
    expect(JSON.stringify(waits)).not.toContain('10.1.2.3');
    resolve(undefined);
    const failed = await job(under.headers.location, { headers: { prefer: 'wait=10' } });
    expect(failed.body).toMatchObject({
      state: 'failed',
      problem: { code: 'PARCEL_LOST', detail: 'It is lost', n: 2 },
    });
    const known = { code: 'PARCEL_LOST', n: 4 };
    tries = 3;
    expect(await count()).toMatchObject({ status: 422, body: known });
  });

  test('under an idempotency key it is one job, also after its end', async () => {
    let runs = 0;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    run = async () => {
      await promise;
      return { n: ++runs };
    };
    const keyed = { headers: { 'idempotency-key': 'k', prefer: 'respond-async' } };
    const first = await count(keyed);
    expect(first.status).toBe(202);
    expect((await count(keyed)).body?.jobId).toBe(first.body?.jobId);
    resolve(undefined);
    await job(first.headers.location, { headers: { prefer: 'wait=10' } });
    expect(await count(keyed)).toMatchObject({ status: 200, body: { n: 1 } });
    expect(runs).toBe(1);
    await count();
    expect(runs).toBe(2);
  });
});

test('the description has Prefer, the job and its headers at every route of long work', async () => {
  const { paths } = (await app.inject('/openapi.json')).json<{
    paths: Record<string, Record<string, { parameters: object[]; responses: Record<string, object> }>>;
  }>();
  const operation = paths['/v1/counts']?.['post'];
  expect(operation?.parameters).toContainEqual(expect.objectContaining({ in: 'header', name: 'prefer' }));
  expect(operation?.responses['202']).toMatchObject({
    headers: { Location: {}, 'Retry-After': {}, 'Preference-Applied': {} },
  });
});
