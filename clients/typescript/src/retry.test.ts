import { expect, test } from '@jest/globals';
import type { Fetch } from './in-flight.js';
import { IDEMPOTENCY_KEY, retryingFetch } from './retry.js';

const OPTIONS = { attempts: 3, firstDelayMs: 1, maxDelayMs: 50 };
const URL = 'http://service.example/v1/records';

/** A fetch that plays one outcome after the other, and what it was asked. */
function scripted(...outcomes: (Response | Error)[]): { fetch: Fetch; asked: Request[] } {
  const asked: Request[] = [];
  const fetch: Fetch = async (request) => {
    asked.push(request);
    const outcome = outcomes.shift();
    if (outcome === undefined) throw new Error('nothing more was expected');
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
  return { fetch, asked };
}

const lost = (): Error => new TypeError('fetch failed');
const answer = (status: number, headers: Record<string, string> = {}): Response =>
  new Response('{}', { status, headers });
const post = (headers: Record<string, string> = {}): Request =>
  new Request(URL, { method: 'POST', body: '{"bundle":1}', headers });

test('a read is asked again after a lost connection and after what passes', async () => {
  const { fetch, asked } = scripted(lost(), answer(503), answer(200));
  expect((await retryingFetch(fetch, OPTIONS)(new Request(URL))).status).toBe(200);
  expect(asked).toHaveLength(3);
});

test('after the last attempt, the failure stands: the answer, or the lost connection', async () => {
  const answered = scripted(answer(502), answer(503), answer(504));
  expect((await retryingFetch(answered.fetch, OPTIONS)(new Request(URL))).status).toBe(504);
  const silent = scripted(lost(), lost(), lost());
  await expect(retryingFetch(silent.fetch, OPTIONS)(new Request(URL))).rejects.toThrow('fetch failed');
});

test('a write that names itself is sent again, the same bytes under the same key', async () => {
  const { fetch, asked } = scripted(lost(), answer(201));
  await retryingFetch(fetch, OPTIONS)(post({ [IDEMPOTENCY_KEY]: 'visit-7' }));
  expect(asked.map(({ headers }) => headers.get(IDEMPOTENCY_KEY))).toEqual(['visit-7', 'visit-7']);
  expect(await asked[1]?.text()).toBe('{"bundle":1}');
});

test('a write whose first attempt is still under way is asked for again, as the service says', async () => {
  const { fetch, asked } = scripted(lost(), answer(409, { 'retry-after': '0' }), answer(201));
  const written = await retryingFetch(fetch, OPTIONS)(post({ [IDEMPOTENCY_KEY]: 'visit-7' }));
  expect(written.status).toBe(201);
  expect(asked).toHaveLength(3);
});

test('a write without a key is never sent twice: it may have counted', async () => {
  const { fetch, asked } = scripted(lost());
  await expect(retryingFetch(fetch, OPTIONS)(post())).rejects.toThrow('fetch failed');
  expect(asked).toHaveLength(1);
});

test.each([400, 403, 404, 409, 500])('%d is an answer like any other', async (status) => {
  const { fetch, asked } = scripted(answer(status));
  expect((await retryingFetch(fetch, OPTIONS)(new Request(URL))).status).toBe(status);
  expect(asked).toHaveLength(1);
});

test('waits as long as the service says, and not at all if that is too long', async () => {
  const soon = scripted(answer(429, { 'retry-after': '0' }), answer(200));
  expect((await retryingFetch(soon.fetch, OPTIONS)(new Request(URL))).status).toBe(200);
  const late = scripted(answer(429, { 'retry-after': '3600' }));
  expect((await retryingFetch(late.fetch, OPTIONS)(new Request(URL))).status).toBe(429);
  const dated = scripted(answer(503, { 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() }));
  expect((await retryingFetch(dated.fetch, OPTIONS)(new Request(URL))).status).toBe(503);
});

test('whoever gives up while it waits is not kept waiting', async () => {
  const { fetch, asked } = scripted(answer(503));
  const giveUp = new AbortController();
  const call = retryingFetch(fetch, { ...OPTIONS, firstDelayMs: 60_000, maxDelayMs: 60_000 });
  const calling = call(new Request(URL, { signal: giveUp.signal }));
  setTimeout(() => giveUp.abort(new Error('no time')), 5);
  await expect(calling).rejects.toThrow('no time');
  expect(asked).toHaveLength(1);
});
