import { expect, test } from '@jest/globals';
import { Gateway } from './connect.js';
import type { Job } from './jobs.js';

const JOB = { jobId: 'AAAAAAAAAAAAAAAAAAAAAA', kind: 'flush-all', createdAt: '2026-01-01T00:00:00.000Z' };
const running = {
  ...JOB,
  state: 'running',
  stage: 'patients',
  done: 1,
  total: 2,
  problem: null,
  result: null,
};
const drained = { isDrained: true, patients: [] };

/** A gateway that answers so, one answer after another. */
function gatewayOf(...answers: [status: number, body: object][]): { gateway: Gateway; asked: string[] } {
  const asked: string[] = [];
  const fetch = async ({ headers, method, url }: Request): Promise<Response> => {
    asked.push(`${method} ${new URL(url).pathname} ${headers.get('prefer') ?? ''}`);
    const [status, body] = answers.shift() ?? [500, {}];
    return Response.json(body, { status });
  };
  return { gateway: new Gateway({ url: 'http://gateway.example', token: 'ops', fetch }), asked };
}

test('what is done at once is the answer; a job is waited for, and its progress told', async () => {
  const { gateway, asked } = gatewayOf(
    [200, drained],
    [202, running],
    [200, running],
    [200, { ...running, state: 'succeeded', result: drained }],
  );
  expect(await gateway.finished(await gateway.flush())).toEqual(drained);
  const told: Job['state'][] = [];
  const answer = await gateway.flush({ headers: { prefer: 'respond-async' } });
  const { isDrained } = await gateway.finished(answer, ({ state }) => told.push(state));
  expect([isDrained, told]).toEqual([true, ['running', 'succeeded']]);
  expect(asked).toEqual([
    'POST /v1/flush ',
    'POST /v1/flush respond-async',
    `GET /v1/jobs/${JOB.jobId} wait=20`,
    `GET /v1/jobs/${JOB.jobId} wait=20`,
  ]);
});

test('a service that answers at once is not asked without a pause', async () => {
  const { gateway } = gatewayOf(
    [202, running],
    [200, running],
    [200, { ...running, state: 'succeeded', result: drained }],
  );
  const answer = await gateway.flush();
  const begunMs = performance.now();
  await gateway.finished(answer);
  expect(performance.now() - begunMs).toBeGreaterThan(200);
});

test('a job that failed throws the problem that its request would have been refused with', async () => {
  const problem = {
    type: '/problems/CONSENT_REFUSED',
    title: 'Refused',
    status: 422,
    code: 'CONSENT_REFUSED',
  };
  const { gateway } = gatewayOf([202, running], [200, { ...running, state: 'failed', problem }]);
  await expect(gateway.finished(await gateway.flush())).rejects.toMatchObject({
    ...{ name: 'ProblemError', status: 422, code: 'CONSENT_REFUSED', problem },
    message: expect.stringContaining(JOB.jobId),
  });
});
