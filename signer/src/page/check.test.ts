import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { checkPage } from './check.js';
import { PAGE_FOLDER } from './files.js';
import { servePage } from './serve.js';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** What differs on a server that answers so. */
async function found(listener: RequestListener): Promise<string[]> {
  server = createServer(listener);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return (await checkPage(`http://127.0.0.1:${port}`)).map(({ file, found: hash }) =>
    hash === null ? `${file}: nothing` : file,
  );
}

const fileOf = (url = '/'): Promise<Buffer> =>
  readFile(PAGE_FOLDER + (url === '/' ? 'index.html' : url.slice(1)));

test('the page of this release is the page of this release', async () => {
  const served = await servePage({ host: '127.0.0.1', port: 0 });
  server = served.server;
  expect(await checkPage(served.url)).toEqual([]);
});

test('the address itself is what counts, not index.html beside it', async () => {
  const differences = await found((request, response) => {
    void fileOf(request.url).then((bytes) => response.end(request.url === '/' ? 'another page' : bytes));
  });
  expect(differences).toEqual(['index.html']);
});

test('a redirect, an endless file and a dropped connection are differences, each by itself', async () => {
  const differences = await found((request, response) => {
    if (request.url === '/') response.writeHead(302, { location: '/index.html' }).end();
    else if (request.url === '/signer.css') request.socket.destroy();
    else {
      const more = (): void => void (response.write(Buffer.alloc(65_536)) ? setImmediate(more) : 0);
      response.on('drain', more);
      response.on('error', () => undefined);
      more();
    }
  });
  expect(differences).toEqual(['index.html: nothing', 'signer.css: nothing', 'signer.js: nothing']);
});
