import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { PUBLISHED_HASHES, bundlePage, listed } from './bundle-page.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'careledger-page-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('the page is the same bytes whoever makes it, and those whose hashes are published', async () => {
  const hashes = await bundlePage(`${folder}/`);
  expect(await bundlePage(join(folder, 'again/'))).toEqual(hashes);
  // After a change of what the page is made of: npm run bundle -w signer -- --publish
  expect(listed(hashes)).toBe(await readFile(PUBLISHED_HASHES, 'utf8'));
});

test('the page names its script and style by their hashes, and runs nothing else', async () => {
  await bundlePage(`${folder}/`);
  const page = await readFile(join(folder, 'index.html'), 'utf8');
  expect(page.match(/integrity="sha384-[A-Za-z0-9+/]{64}"/g)).toHaveLength(2);
  expect(page).toContain("default-src 'none'; script-src 'self'");
  expect(page).not.toMatch(/POLICY|INTEGRITY|unsafe|<script>|\son[a-z]+=/);
});
