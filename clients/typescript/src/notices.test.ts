import { expect, test } from '@jest/globals';
import { followNotices, type Notice } from './notices.js';
import { isProblem } from './problem.js';
import type { Fetch } from './in-flight.js';

const event = (id: number, type = 'record'): string => `id: ${id}\nevent: ${type}\ndata: {"n":${id}}\n\n`;

/** A connection that tells these chunks, then breaks like one that was cut, or ends. */
function connection(chunks: readonly string[], end: 'cut' | 'end' = 'end'): Response {
  const left = [...chunks];
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = left.shift();
      if (chunk !== undefined) controller.enqueue(new TextEncoder().encode(chunk));
      else if (end === 'cut') controller.error(new TypeError('terminated'));
      else controller.close();
    },
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
}

/** An authority that answers one connection after the other, and how it was asked. */
function authority(...answers: (Response | Error)[]): { fetch: Fetch; asked: Request[] } {
  const asked: Request[] = [];
  const fetch: Fetch = async (request) => {
    asked.push(request);
    const next = answers.shift() ?? new TypeError('nobody there');
    if (next instanceof Error) throw next;
    return next;
  };
  return { fetch, asked };
}

const OPTIONS = { url: 'http://hospital.example/', token: 'secret', reconnectDelayMs: 1 };

/** So many notices of the stream. */
async function take(count: number, options: Parameters<typeof followNotices>[0]): Promise<Notice[]> {
  const notices: Notice[] = [];
  for await (const notice of followNotices(options)) {
    notices.push(notice);
    if (notices.length === count) break;
  }
  return notices;
}

test('goes on after the last notice when the stream was cut, and none is missed or told twice', async () => {
  const { fetch, asked } = authority(
    connection([event(1), event(2)], 'cut'),
    new TypeError('fetch failed'),
    new Response('', { status: 503 }),
    connection([event(3, 'emergency')]),
  );
  const notices = await take(3, { ...OPTIONS, fetch, query: { after: 0 } });
  expect(notices.map(({ id, type }) => `${id} ${type}`)).toEqual(['1 record', '2 record', '3 emergency']);
  expect(notices[2]?.data).toEqual({ n: 3 });
  expect(asked.map(({ headers }) => headers.get('last-event-id'))).toEqual([null, '2', '2', '2']);
  expect(asked[0]?.url).toBe('http://hospital.example/v1/notices?after=0');
  expect(asked[0]?.headers.get('authorization')).toBe('Bearer secret');
});

test('an event that comes in pieces is told once it is whole', async () => {
  const text = event(7);
  const { fetch } = authority(connection([text.slice(0, 9), text.slice(9, 30), text.slice(30)]));
  expect((await take(1, { ...OPTIONS, fetch })).map(({ id }) => id)).toEqual(['7']);
});

test('begins after what an earlier run has worked through', async () => {
  const { fetch, asked } = authority(connection([event(42)]));
  await take(1, { ...OPTIONS, fetch, lastEventId: '41' });
  expect(asked[0]?.headers.get('last-event-id')).toBe('41');
});

test('a refusal is told at once: asking again would not help', async () => {
  const problem = { type: '/problems/UNAUTHENTICATED', title: 'No', status: 401, code: 'UNAUTHENTICATED' };
  const { fetch, asked } = authority(Response.json(problem, { status: 401 }));
  const refused = await take(1, { ...OPTIONS, fetch }).catch((error: unknown) => error);
  expect(isProblem(refused, 'UNAUTHENTICATED')).toBe(true);
  expect(asked).toHaveLength(1);
});

test('what is no JSON is no notice: the reader hears of it', async () => {
  const { fetch } = authority(connection(['id: 1\ndata: {"n":\n\n']));
  await expect(take(1, { ...OPTIONS, fetch })).rejects.toThrow(/JSON/);
});

test('ends with its signal, also while it waits for an authority that is away', async () => {
  const { fetch } = authority();
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 5);
  const notices = take(1, { ...OPTIONS, fetch, signal: stop.signal, reconnectDelayMs: 60_000 });
  expect(await notices).toEqual([]);
});

test('ends with its signal, also where the connection does not hear of it', async () => {
  // It stays open, whatever becomes of the request.
  const silent = new Response(new ReadableStream<Uint8Array>({ pull: () => new Promise(() => undefined) }));
  const { fetch } = authority(silent);
  const stop = new AbortController();
  const following = take(1, {
    ...OPTIONS,
    fetch,
    signal: stop.signal,
    onOpen: () => setTimeout(() => stop.abort(), 5),
  });
  expect(await following).toEqual([]);
});
