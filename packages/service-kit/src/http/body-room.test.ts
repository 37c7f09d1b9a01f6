import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Type } from 'typebox';
import { KitServices, urlOf } from '../../testing/kit-services.js';

const BODY_LIMIT_BYTES = 1024 * 1024;
const LARGE_BYTES = 300_000;

const services = new KitServices();
let url: string;
/** Requests that a route has been given, by name, and how each is answered. */
let working: Map<string, () => void>;
beforeEach(async () => {
  working = new Map();
  const app = await services.open({
    http: { bodyLimitBytes: BODY_LIMIT_BYTES },
    bodiesMaxBytes: 2 * LARGE_BYTES,
  });
  app.post(
    '/works/:name',
    {
      config: { public: true },
      schema: { params: Type.Object({ name: Type.String() }), body: Type.Object({ text: Type.String() }) },
    },
    async ({ params: { name } }) => {
      await new Promise<void>((resolve) => void working.set(name, resolve));
      return {};
    },
  );
  url = await urlOf(app);
});
afterEach(async () => {
  for (const answer of working.values()) answer();
  await services.close();
});

/** Exactly so large. */
const bodyOf = (bytes: number): string =>
  JSON.stringify({ text: 'x'.repeat(bytes - JSON.stringify({ text: '' }).length) });

async function send(name: string, bytes: number, signal: AbortSignal | null = null): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/works/${name}`, {
    method: 'POST',
    body: bodyOf(bytes),
    headers,
    signal,
  });
  await response.arrayBuffer();
  return response.status;
}

/** Once these alone are worked on, and it stays so for a while. */
async function workedOn(...names: string[]): Promise<void> {
  const deadlineMs = Date.now() + 10_000;
  while (working.size < names.length && Date.now() < deadlineMs)
    await new Promise((resolve) => setTimeout(resolve, 10));
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect([...working.keys()]).toEqual(names);
}
function answer(name: string): void {
  working.get(name)?.();
  working.delete(name);
}

test('large bodies wait until others are answered; small ones never', async () => {
  const first = send('first', LARGE_BYTES);
  await workedOn('first');
  const second = send('second', LARGE_BYTES);
  await workedOn('first', 'second');
  const third = send('third', LARGE_BYTES);
  await workedOn('first', 'second');
  const small = send('small', 1_000);
  await workedOn('first', 'second', 'small');
  answer('first');
  expect(await first).toBe(200);
  await workedOn('second', 'small', 'third');
  for (const name of ['second', 'small', 'third']) answer(name);
  expect(await Promise.all([second, third, small])).toEqual([200, 200, 200]);
});

test('a body that is refused gives its room back', async () => {
  for (let turn = 0; turn < 4; turn += 1) {
    const response = await fetch(`${url}/works/broken`, {
      method: 'POST',
      body: `{${bodyOf(LARGE_BYTES)}`,
      headers: { 'content-type': 'application/json' },
    });
    expect([response.status, await response.json()]).toEqual([
      400,
      expect.objectContaining({ code: 'MALFORMED_BODY' }),
    ]);
  }
  const after = send('after', 2 * LARGE_BYTES);
  await workedOn('after');
  answer('after');
  expect(await after).toBe(200);
});

test('whoever has gone takes no room: neither what waits nor what is worked on', async () => {
  const [ofWaiting, ofWorked] = [new AbortController(), new AbortController()];
  const worked = send('worked on', 2 * LARGE_BYTES, ofWorked.signal);
  await workedOn('worked on');
  const waited = send('waiting', LARGE_BYTES, ofWaiting.signal);
  await workedOn('worked on');
  ofWaiting.abort();
  await expect(waited).rejects.toThrow();
  // The server hears of it.
  await workedOn('worked on');
  ofWorked.abort();
  await expect(worked).rejects.toThrow();
  answer('worked on');
  await workedOn();
  const after = send('after', 2 * LARGE_BYTES);
  await workedOn('after');
  answer('after');
  expect(await after).toBe(200);
});
