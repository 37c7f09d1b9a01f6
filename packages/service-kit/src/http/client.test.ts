import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Type } from 'typebox';
import { createHttpClient } from './client.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serverOf(handler: RequestListener): Promise<string> {
  const server = createServer(handler);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const result = Type.Object({ ok: Type.Boolean() });

/** Answers with these statuses in turn, the last one for ever. */
function answering(...statuses: number[]): RequestListener & { calls: number } {
  const handler: RequestListener & { calls: number } = Object.assign(
    ((_request, response) => {
      const status = statuses[Math.min(handler.calls, statuses.length - 1)] as number;
      handler.calls += 1;
      if (status === 200) {
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}');
      } else {
        const problem = { type: '/problems/BUSY', title: 'Busy', status, code: 'BUSY', detail: 'Come again' };
        response
          .writeHead(status, { 'content-type': 'application/problem+json' })
          .end(JSON.stringify(problem));
      }
    }) as RequestListener,
    { calls: 0 },
  );
  return handler;
}

describe('calls to other services', () => {
  test('a read is repeated while the server is not ready', async () => {
    const handler = answering(503, 503, 200);
    const client = createHttpClient({ baseUrl: await serverOf(handler) });
    await expect(client.call('GET', '/x', { result })).resolves.toEqual({ ok: true });
    expect(handler.calls).toBe(3);
  });

  test('a POST is never sent twice, unless it is said to be idempotent', async () => {
    const once = answering(503, 200);
    const client = createHttpClient({ baseUrl: await serverOf(once) });
    await expect(client.call('POST', '/x', { result, body: {} })).rejects.toMatchObject({
      code: 'REFUSED',
      status: 503,
      transient: true,
      problem: { code: 'BUSY', detail: 'Come again' },
    });
    expect(once.calls).toBe(1);
    await expect(client.call('POST', '/x', { result, body: {}, idempotent: true })).resolves.toEqual({
      ok: true,
    });
  });

  test('a final refusal is not repeated', async () => {
    const handler = answering(403);
    const client = createHttpClient({ baseUrl: await serverOf(handler) });
    await expect(client.call('GET', '/x', { result })).rejects.toMatchObject({
      code: 'REFUSED',
      transient: false,
    });
    expect(handler.calls).toBe(1);
  });

  test('a server that does not answer, one that is not there and a cancelled call are told apart', async () => {
    const silent = createHttpClient({ baseUrl: await serverOf(() => undefined), retries: 0 });
    await expect(silent.call('GET', '/', { result, timeoutMs: 20 })).rejects.toMatchObject({
      code: 'TIMEOUT',
    });
    const gone = createHttpClient({ baseUrl: 'http://127.0.0.1:1', retries: 0 });
    await expect(gone.call('GET', '/', { result })).rejects.toMatchObject({ code: 'UNREACHABLE' });
    const cancelled = silent.call('GET', '/', { result, signal: AbortSignal.timeout(10) });
    await expect(cancelled).rejects.toMatchObject({ code: 'ABORTED' });
  });

  test('an answer that is not what was agreed is BAD_RESPONSE', async () => {
    const baseUrl = await serverOf((_request, response) => response.end('{"ok":"yes"}'));
    await expect(createHttpClient({ baseUrl }).call('GET', '/', { result })).rejects.toMatchObject({
      code: 'BAD_RESPONSE',
    });
  });

  test('the token and bytes arrive as they were given', async () => {
    const seen: [string | undefined, string][] = [];
    const baseUrl = await serverOf(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      seen.push([request.headers.authorization, Buffer.concat(chunks).toString('hex')]);
      response.end(Buffer.of(1, 2));
    });
    const client = createHttpClient({ baseUrl, token: 'secret' });
    expect([...(await client.bytes('PUT', '/blob', { body: Uint8Array.of(0xff, 0) }))]).toEqual([1, 2]);
    expect(seen).toEqual([['Bearer secret', 'ff00']]);
  });
});

const MB = 1024 * 1024;

describe('a server that is hostile', () => {
  test('an answer of 200 kB that becomes 200 MB is cut off at the cap, and costs no more memory than that', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * MB, ' '));
    expect(bomb.length).toBeLessThan(MB);
    const baseUrl = await serverOf((_request, response) =>
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(bomb),
    );
    const client = createHttpClient({ baseUrl, maxBytes: 2 * MB });
    let peakBytes = 0;
    const watch = setInterval(() => {
      peakBytes = Math.max(peakBytes, process.memoryUsage().arrayBuffers);
    });
    const before = process.memoryUsage().arrayBuffers;
    try {
      for (const call of [client.call('GET', '/', { result }), client.bytes('GET', '/')])
        await expect(call).rejects.toMatchObject({ code: 'TOO_LARGE', status: 200, transient: false });
    } finally {
      clearInterval(watch);
    }
    expect(peakBytes - before).toBeLessThan(50 * MB);
    // The time limit is not what is tried here: 200 MB take seconds on a busy machine.
    const exact = createHttpClient({ baseUrl, maxBytes: 200 * MB, timeoutMs: 50_000 });
    expect(await exact.bytes('GET', '/')).toHaveLength(200 * MB);
  });

  test('a problem that becomes 200 MB is no problem, and its status stands', async () => {
    const bomb = gzipSync(`{"code":"BUSY","title":"${' '.repeat(200 * MB)}"}`);
    const baseUrl = await serverOf((_request, response) =>
      response
        .writeHead(403, { 'content-type': 'application/problem+json', 'content-encoding': 'gzip' })
        .end(bomb),
    );
    await expect(createHttpClient({ baseUrl }).bytes('GET', '/')).rejects.toMatchObject({
      code: 'REFUSED',
      status: 403,
      problem: undefined,
    });
  });

  test.each([200, 403])(
    'an answer of %s that drips for ever ends with the attempt’s time',
    async (status) => {
      let closed: () => void = () => undefined;
      const gone = new Promise<void>((resolve) => (closed = resolve));
      const baseUrl = await serverOf((_request, response) => {
        response.writeHead(status, { 'content-type': 'application/problem+json' });
        const drip = setInterval(() => response.write(' '), 5);
        response.once('close', () => {
          clearInterval(drip);
          closed();
        });
      });
      const client = createHttpClient({ baseUrl, retries: 0, timeoutMs: 100 });
      await expect(client.call('GET', '/', { result })).rejects.toMatchObject({ code: 'TIMEOUT' });
      await gone;
    },
  );

  test('an answer in ten thousand pieces of one byte holds on to no more than its bytes', async () => {
    const pieces = 10_000;
    const baseUrl = await serverOf((_request, response) => {
      response.writeHead(200);
      for (let n = 0; n < pieces; n += 1) response.write('x');
      response.end();
    });
    const bytes = await createHttpClient({ baseUrl }).bytes('GET', '/');
    expect(Buffer.from(bytes).toString()).toBe('x'.repeat(pieces));
    expect(bytes.buffer.byteLength).toBeLessThan(4 * pieces);
  });

  test('a redirect is not followed: the token goes to nobody else, and nobody is asked again', async () => {
    const seen: (string | undefined)[] = [];
    const elsewhere = await serverOf((request, response) => {
      seen.push(request.headers.authorization);
      response.end('{"ok":true}');
    });
    let asked = 0;
    const baseUrl = await serverOf((_request, response) => {
      asked += 1;
      response.writeHead(307, { location: `${elsewhere}/loot` }).end();
    });
    const client = createHttpClient({ baseUrl, token: 'secret' });
    await expect(client.call('GET', '/', { result })).rejects.toMatchObject({
      code: 'BAD_RESPONSE',
      status: 307,
      transient: false,
    });
    expect([asked, seen]).toEqual([1, []]);
  });

  test('the time that an answer bears is told, also that of a refusal', async () => {
    const sent = ['Sun, 06 Nov 1994 08:49:37 GMT', 'no date', 'Mon, 07 Nov 1994 08:49:37 GMT'];
    const told: number[] = [];
    let n = 0;
    const baseUrl = await serverOf((_request, response) => {
      response.writeHead(n === 2 ? 404 : 200, { date: sent[n] }).end('{"ok":true}');
      n += 1;
    });
    const client = createHttpClient({ baseUrl, onDate: (dateMs) => told.push(dateMs) });
    await client.call('GET', '/', { result });
    await client.call('GET', '/', { result });
    await expect(client.call('GET', '/', { result })).rejects.toMatchObject({ status: 404 });
    expect(told).toEqual([Date.UTC(1994, 10, 6, 8, 49, 37), Date.UTC(1994, 10, 7, 8, 49, 37)]);
  });

  test('an answer that names a member twice is BAD_RESPONSE', async () => {
    const baseUrl = await serverOf((_request, response) => response.end('{"ok":false,"\\u006fk":true}'));
    await expect(createHttpClient({ baseUrl }).call('GET', '/', { result })).rejects.toMatchObject({
      code: 'BAD_RESPONSE',
    });
  });
});
