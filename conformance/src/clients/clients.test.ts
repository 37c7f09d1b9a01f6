import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { differences, writeTree } from './generated-tree.js';

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
