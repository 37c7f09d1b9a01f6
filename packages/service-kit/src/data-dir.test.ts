import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { prepareDataDir } from './data-dir.js';

const PERMISSIONS = 0o777;
const permissionsOf = (path: string) => statSync(path).mode & PERMISSIONS;

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'careledger-data-dir-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

test('another user of the host finds no way into a folder that a service makes', () => {
  const path = join(dir, 'new', 'data');
  prepareDataDir(path);
  expect(permissionsOf(path)).toBe(0o700);
});

test.each([0o755, 0o770, 0o701])(
  'a folder that stands open (%o) is closed, and keeps what it holds',
  (mode) => {
    const path = join(dir, 'data');
    mkdirSync(path);
    writeFileSync(join(path, 'keys.json'), '{}');
    chmodSync(path, mode);
    prepareDataDir(path);
    expect(permissionsOf(path)).toBe(0o700);
    expect(readFileSync(join(path, 'keys.json'), 'utf8')).toBe('{}');
  },
);

test('a folder that its owner has closed further stays as it is', () => {
  const path = join(dir, 'data');
  mkdirSync(path, { mode: 0o500 });
  prepareDataDir(path);
  expect(permissionsOf(path)).toBe(0o500);
});

test('a file in its place is refused', () => {
  const path = join(dir, 'data');
  writeFileSync(path, '');
  expect(() => prepareDataDir(path)).toThrow('EEXIST');
});
