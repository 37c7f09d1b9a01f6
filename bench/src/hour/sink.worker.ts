import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serveWorker } from '../worker/serve.js';

const HOST = '127.0.0.1';
let answer = '';
let begin = process.cpuUsage();

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    JSON.parse(Buffer.concat(chunks).toString('utf8'));
    response.setHeader('content-type', 'application/json').end(answer);
  });
});

const handlers = {
  /** A server that does nothing but take and answer. Returns its address. */
  async start(): Promise<string> {
    server.listen(0, HOST);
    await once(server, 'listening');
    return `http://${HOST}:${(server.address() as AddressInfo).port}/`;
  },
  /** Each answer is of about so many bytes from now on. */
  begin({ answerBytes }: { answerBytes: number }): void {
    answer = JSON.stringify({ text: 'x'.repeat(answerBytes) });
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
