import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { bruToJsonV2 } from '@usebruno/lang';
import { openApiDocuments } from '../docs/openapi-documents.js';
import { WORKSPACE } from '../docs/workspace.js';
import { differences, readTree, writeTree } from './generated-tree.js';
import { exampleOf } from './example-of.js';
import { CLIENTS } from './services.js';

const run = promisify(execFile);
const TIMEOUT_MS = 120_000;
const WRITE = fileURLToPath(new URL('write-clients.js', import.meta.url));

test(
  'what is generated in clients/ is what the services’ documents give; otherwise: npm run clients',
  async () => {
    // In a process of its own: the generators are other people's programs.
    expect(await run(process.execPath, [WRITE, '--check'])).toMatchObject({ stdout: '' });
  },
  TIMEOUT_MS,
);

test('a file that was changed, added or removed is named', () => {
  const folder = mkdtempSync(join(tmpdir(), 'careledger-generated-'));
  try {
    const tree = {
      folder,
      files: new Map([
        ['a.ts', 'a'],
        ['core/b.ts', 'b'],
      ]),
    };
    writeTree(tree);
    expect(differences(tree)).toEqual([]);
    writeFileSync(join(folder, 'a.ts'), 'changed');
    expect(differences(tree)).toEqual([join(folder, 'a.ts')]);
    const other = {
      folder,
      files: new Map([
        ['a.ts', 'changed'],
        ['c.ts', 'c'],
      ]),
    };
    expect(differences(other)).toEqual([join(folder, 'c.ts'), join(folder, 'core/b.ts')]);
    writeTree(other);
    expect(differences(other)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the Bruno collection has every operation of the documents, in Bruno’s own language', async () => {
  const documents = await openApiDocuments();
  for (const { name, program } of CLIENTS) {
    const { files } = readTree(join(WORKSPACE, 'clients/bruno', name));
    const requests = [...files].filter(([path]) => !path.endsWith('folder.bru'));
    const written = requests.map(([path, text]) => {
      const { auth, method, url } = bruToJsonV2(text).http;
      const [address = ''] = url.split('?');
      return `${basename(path, '.bru')}: ${method} ${address} ${auth}`;
    });
    const operations = Object.entries(documents.get(program)?.paths ?? {}).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId, security }]) => {
        const address = path.replaceAll(/\{(\w+)\}/g, ':$1');
        return `${operationId}: ${method} {{${name}}}${address} ${security.length > 0 ? 'bearer' : 'none'}`;
      }),
    );
    expect(operations.length).toBeGreaterThan(10);
    expect(written.sort()).toEqual(operations.sort());
  }
});

test('what a request demands is filled in, for a schema of any form', () => {
  const body = {
    ...{
      type: 'object',
      required: ['patientId', 'permissions', 'at', 'data', 'count', 'isUrgent', 'wish', 'before'],
    },
    properties: {
      patientId: { type: 'string' },
      permissions: { type: 'array', items: { anyOf: [{ enum: ['read'] }, { enum: ['write'] }] } },
      at: { type: 'string', examples: ['2026-01-31T12:00:00Z'] },
      data: {},
      count: { type: 'integer', minimum: 3 },
      isUrgent: { type: 'boolean' },
      wish: {
        anyOf: [{ type: 'string' }, { type: 'object', required: ['n'], properties: { n: { default: 7 } } }],
      },
      before: { anyOf: [{ type: 'string' }, { type: 'null' }] },
      left: { type: 'string' },
    },
  };
  expect(exampleOf(body, 'body')).toEqual({
    ...{ patientId: '{{patientId}}', permissions: ['read'], at: '2026-01-31T12:00:00Z', data: {} },
    ...{ count: 3, isUrgent: true, wish: { n: 7 }, before: null },
  });
});

test('the TypeScript client works on a page, which has nothing of Node', async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        import { Authority } from '@careledger/client';
        const hospital = new Authority({ url: 'https://hospital.example', token: 'secret' });
        globalThis.answer = hospital.listRecords({ query: { patientId: 'pat_1' } });`,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    ...{ bundle: true, format: 'iife', platform: 'browser', write: false },
  });
  const asked: Request[] = [];
  const page: Record<string, unknown> = {
    ...{ AbortController, Headers, Request, Response, TextDecoder, URL, URLSearchParams, crypto, setTimeout },
    fetch: async (request: Request) => {
      asked.push(request);
      return Response.json({ records: [], cursor: null });
    },
  };
  runInNewContext(outputFiles[0]?.text ?? '', page);
  expect(await page['answer']).toEqual({ records: [], cursor: null });
  expect(asked.map(({ url }) => url)).toEqual(['https://hospital.example/v1/records?patientId=pat_1']);
});
