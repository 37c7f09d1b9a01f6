import { once } from 'node:events';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { EventSource } from './event-stream.js';
import type { ServiceApp } from './service.js';
import { KitServices, urlOf } from '../../testing/kit-services.js';

const services = new KitServices();
afterEach(() => services.close());

async function serveEvents(source: EventSource, heartbeatIntervalMs?: number): Promise<[ServiceApp, string]> {
  const app = await services.open();
  app.get('/events', { config: { public: true } }, (_request, reply) =>
    reply.sendEvents(source, heartbeatIntervalMs === undefined ? {} : { heartbeatIntervalMs }),
  );
  return [app, `${await urlOf(app)}/events`];
}

/** Counts upwards from after the last id; waits for the end where there is no more. */
const upTo = (last: number): EventSource =>
  async function* (lastEventId, signal) {
    for (let id = Number(lastEventId ?? 0) + 1; id <= last; id += 1)
      yield { id: String(id), event: 'tick', data: { id } };
    if (!signal.aborted) await once(signal, 'abort');
  };

async function readUntil(response: Response, text: string): Promise<string> {
  let seen = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body as ReadableStream<Uint8Array>) {
    seen += decoder.decode(chunk, { stream: true });
    if (seen.includes(text)) return seen;
  }
  return seen;
}

describe('event streams', () => {
  test('a client that was cut off goes on after its last event', async () => {
    const [, url] = await serveEvents(upTo(3));
    const first = await readUntil(await fetch(url), 'id: 3');
    expect(first).toContain('id: 1\nevent: tick\ndata: {"id":1}\n\n');
    const again = await readUntil(await fetch(url, { headers: { 'last-event-id': '2' } }), 'id: 3');
    expect(again).not.toContain('id: 2');
  });

  test('an id that is too long to be one is refused, and no event is skipped in silence', async () => {
    const [, url] = await serveEvents(upTo(3));
    const response = await fetch(url, { headers: { 'last-event-id': '1'.repeat(129) } });
    expect([response.status, await response.json()]).toMatchObject([400, { code: 'VALIDATION_FAILED' }]);
  });

  test('a silent stream shows that it lives', async () => {
    const [, url] = await serveEvents(upTo(0), 5);
    expect(await readUntil(await fetch(url), ':\n\n')).toContain(':\n\n');
  });

  test('stopping the service ends open streams at once', async () => {
    const [app, url] = await serveEvents(upTo(1));
    const response = await fetch(url);
    const rest = readUntil(response, 'never sent');
    await app.close();
    expect(await rest).toContain('id: 1');
  });

  test('the source ends when the client goes', async () => {
    let ended: () => void = () => undefined;
    const gone = new Promise<void>((resolve) => (ended = resolve));
    const [, url] = await serveEvents(async function* (_last, signal) {
      try {
        yield { id: '1', data: null };
        await once(signal, 'abort');
      } finally {
        ended();
      }
    });
    const client = new AbortController();
    const response = await fetch(url, { signal: client.signal });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    client.abort();
    await gone;
  });

  test('a client that reads nothing holds the source back', async () => {
    let produced = 0;
    const big = 'x'.repeat(100_000);
    const [, url] = await serveEvents(async function* (_last, signal) {
      while (!signal.aborted && produced < 1_000) {
        produced += 1;
        yield { id: String(produced), data: big };
        await new Promise(setImmediate);
      }
    });
    const client = new AbortController();
    await fetch(url, { signal: client.signal });
    let before = -1;
    while (before !== produced) {
      before = produced;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(produced).toBeLessThan(1_000);
    client.abort();
  });

  test('line breaks in an id or a name cannot forge events', async () => {
    const [, url] = await serveEvents(async function* () {
      yield { id: '1\ndata: forged\n\nid: 2', event: 'a\nb', data: 'x\ny' };
    });
    const text = await (await fetch(url)).text();
    expect(text).toBe('id: 1 data: forged  id: 2\nevent: a b\ndata: "x\\ny"\n\n');
  });
});
