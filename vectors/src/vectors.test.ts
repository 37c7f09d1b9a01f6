import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { differences, generate, write } from './files.js';

test('the files in spec/vectors are what the generators make, byte for byte', async () => {
  expect(differences(await generate())).toEqual([]);
});

test('a file that was changed, added or removed is named', () => {
  const path = mkdtempSync(join(tmpdir(), 'careledger-vectors-'));
  try {
    const files = (...names: string[]) => new Map(names.map((name) => [name, '{}\n']));
    const folder = { path, files: files('a.json', 'b.json') };
    write([folder]);
    expect(differences([folder])).toEqual([]);
    writeFileSync(join(path, 'a.json'), '{ }\n');
    expect(differences([folder])).toEqual([join(path, 'a.json')]);
    write([{ path, files: files('b.json', 'c.json') }]);
    expect(differences([folder])).toEqual([join(path, 'a.json'), join(path, 'c.json')]);
  } finally {
    rmSync(path, { recursive: true });
  }
});
