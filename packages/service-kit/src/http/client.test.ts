import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
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
