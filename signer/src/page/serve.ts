import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import sirv from 'sirv';
import { CONTENT_SECURITY_POLICY, PAGE_FOLDER } from './files.js';

const HEADERS = {
  'Content-Security-Policy': `${CONTENT_SECURITY_POLICY}; frame-ancestors 'none'`,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

export interface ServedPage {
  /** Where a browser finds it; its origin is what gateways and apis allow. */
  readonly url: string;
  readonly server: Server;
}

/** Serves the page of this release, and nothing else. @param at `port` 0 takes a free one */
export async function servePage(at: { readonly host: string; readonly port: number }): Promise<ServedPage> {
  const files = sirv(PAGE_FOLDER, {
    etag: true,
    setHeaders: (response) => {
      for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    },
  });
  const server = createServer((request, response) => {
    if (request.method === 'GET' || request.method === 'HEAD') {
      files(request, response, () => void response.writeHead(404).end());
      return;
    }
    response.writeHead(405, { allow: 'GET, HEAD' }).end();
  });
  server.listen(at.port, at.host);
  await once(server, 'listening');
  return { url: `http://${at.host}:${(server.address() as AddressInfo).port}`, server };
}
