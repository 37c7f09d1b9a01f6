import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serveWorker } from '../worker/serve.js';

const HOST = '127.0.0.1';
/** About what a provider's receipt makes of an answer. */
const ANSWER = JSON.stringify({ text: 'x'.repeat(800) });
let begin = process.cpuUsage();

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    JSON.parse(Buffer.concat(chunks).toString('utf8'));
    response.setHeader('content-type', 'application/json').end(ANSWER);
  });
});

const handlers = {
  /** A server that does nothing but take and answer. Returns its address. */
  async start(): Promise<string> {
    server.listen(0, HOST);
    await once(server, 'listening');
    return `http://${HOST}:${(server.address() as AddressInfo).port}/`;
  },
  begin(): void {
    begin = process.cpuUsage();
  },
  /** Microseconds of CPU since `begin`. */
  end(): number {
    const { user, system } = process.cpuUsage(begin);
    return user + system;
  },
};

export type SinkWorker = typeof handlers;

serveWorker(handlers);
