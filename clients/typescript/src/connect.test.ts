import { expect, test } from '@jest/globals';
import { Authority, Gateway } from './connect.js';
import { ProblemError, isProblem } from './problem.js';
import type { Fetch } from './in-flight.js';

const PATIENT = 'pat_7h2';

/** A client whose service answers so, and what it was asked. */
function clientOf(answer: () => Response | Promise<Response>): { hospital: Authority; asked: Request[] } {
  const asked: Request[] = [];
  const fetch: Fetch = async (request) => {
    asked.push(request);
    return answer();
  };
  const retry = { attempts: 2, firstDelayMs: 1 };
  return {
    hospital: new Authority({ url: 'http://hospital.example/', token: 'secret', fetch, retry }),
    asked,
  };
}

test('an operation is one request, with the token, and answers what the document says', async () => {
  const { hospital, asked } = clientOf(() => Response.json({ records: [], cursor: null }));
  const { records } = await hospital.listRecords({ query: { patientId: PATIENT, limit: 1 } });
  expect(records).toEqual([]);
  expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
    `GET http://hospital.example/v1/records?patientId=${PATIENT}&limit=1`,
  ]);
  expect(asked[0]?.headers.get('authorization')).toBe('Bearer secret');
});

test('FHIR is read as JSON', async () => {
  const bundle = { resourceType: 'Bundle', type: 'collection', entry: [] };
  const { hospital } = clientOf(() =>
    Response.json(bundle, { headers: { 'content-type': 'application/fhir+json' } }),
  );
  const opened = await hospital.getRecord({ path: { recordId: 'rec_1' }, query: { patientId: PATIENT } });
  expect(opened).toEqual(bundle);
});

test('a problem is thrown with its code and members; its message says where', async () => {
  const problem = {
    ...{ type: '/problems/ACCESS_DENIED', title: 'Denied', status: 403, code: 'ACCESS_DENIED' },
    ...{ detail: 'No grant covers it', reason: 'NO_GRANT' },
  };
  const { hospital } = clientOf(() => Response.json(problem, { status: 403 }));
  const asked = hospital.getRecord({ path: { recordId: 'rec_1' }, query: { patientId: PATIENT } });
  const error = await asked.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ProblemError);
  expect(isProblem(error, 'ACCESS_DENIED') && error.problem.reason).toBe('NO_GRANT');
  expect(isProblem(error, 'RECORD_UNKNOWN')).toBe(false);
  expect(String(error)).toBe(
    'ProblemError: GET /v1/records/rec_1 answered 403 ACCESS_DENIED: No grant covers it',
  );
});

test.each([
  [
    'a page of a proxy',
    '<html>Bad gateway</html>',
    'GET /v1/records answered 500 UNKNOWN: <html>Bad gateway</html>',
  ],
  ['nothing', '', 'GET /v1/records answered 500 UNKNOWN: '],
])('%s is a problem without a code', async (_what, body, message) => {
  const { hospital } = clientOf(() => new Response(body, { status: 500 }));
  await expect(hospital.listRecords({ query: { patientId: PATIENT } })).rejects.toMatchObject({
    ...{ code: 'UNKNOWN', status: 500, message },
  });
});

test('a lost connection stays what fetch calls it', async () => {
  const lost = new TypeError('fetch failed');
  const { hospital } = clientOf(() => Promise.reject(lost));
  await expect(hospital.listRecords({ query: { patientId: PATIENT } })).rejects.toBe(lost);
});

test('a write is named, each by another key, and sent again under its own; a given key stays', async () => {
  let isFirst = true;
  const { hospital, asked } = clientOf(() => {
    const status = isFirst ? 503 : 201;
    isFirst = false;
    return Response.json({ subscriptionId: 'a', txId: 'b' }, { status });
  });
  const body = { patientId: PATIENT, permissions: ['read' as const], purposes: ['TREAT' as const] };
  await hospital.createSubscription({ body: { ...body, reason: 'care' } });
  await hospital.createSubscription({ body: { ...body, reason: 'care' } });
  await hospital.createSubscription({
    body: { ...body, reason: 'care' },
    headers: { 'idempotency-key': 'own' },
  });
  const [first, again, second, third] = asked.map(({ headers }) => headers.get('idempotency-key'));
  expect(first).toMatch(/^[0-9a-f]{32}$/);
  expect(again).toBe(first);
  expect(second).not.toBe(first);
  expect(third).toBe('own');
});

test('two clients of one service keep their tokens apart', async () => {
  const tokens: (string | null)[] = [];
  const fetch: Fetch = async ({ headers }) => {
    tokens.push(headers.get('authorization'));
    return Response.json({ patients: [] });
  };
  const [ops, other] = ['ops', 'other'].map(
    (token) => new Gateway({ url: 'http://gateway.example', token, fetch }),
  );
  await ops?.listPatients();
  await other?.listPatients();
  await ops?.listPatients();
  expect(tokens).toEqual(['Bearer ops', 'Bearer other', 'Bearer ops']);
});
