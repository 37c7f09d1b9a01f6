import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { TreeCopy } from './tree-copy.js';

/** Long enough for a change's stamp to be told from the next one's. */
const SETTLE_MS = 1_100;

describe('a copy made in passes', () => {
  let root: string;
  let source: string;
  let target: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'careledger-copy-'));
    source = join(root, 'source');
    target = join(root, 'target');
    mkdirSync(join(source, 'ledger'), { recursive: true });
  });
  afterEach(() => rmSync(root, { recursive: true }));
  const write = (path: string, text: string): void => writeFileSync(join(source, path), text);
  const copied = (path: string): string => readFileSync(join(target, path), 'utf8');

  test('a later pass copies what was appended to, and nothing else', async () => {
    write('ledger/blocks', 'one ');
    write('ledger/old', 'settled');
    const copy = new TreeCopy(source, target);
    await delay(SETTLE_MS);
    expect(await copy.pass()).toEqual({ files: 2, bytes: 11 });
    appendFileSync(join(source, 'ledger/blocks'), 'two');
    expect(await copy.pass()).toEqual({ files: 1, bytes: 7 });
    expect(copied('ledger/blocks')).toBe('one two');
    expect(copied('ledger/old')).toBe('settled');
  });

  test('a file changed under the stamp and size of an earlier change is copied again', async () => {
    const stamp = new Date();
    write('page', 'before');
    await utimes(join(source, 'page'), stamp, stamp);
    const copy = new TreeCopy(source, target);
    await copy.pass();
    write('page', 'after.');
    await utimes(join(source, 'page'), stamp, stamp);
    await copy.pass();
    expect(copied('page')).toBe('after.');
  });

  test('what was deleted between two passes is not in the copy, nor what was left out', async () => {
    mkdirSync(join(source, 'logs'));
    write('logs/peer.log', 'said');
    mkdirSync(join(source, 'ledger/old'));
    write('ledger/old/segment', 'was');
    write('ledger/blocks', 'are');
    const copy = new TreeCopy(source, target, (path) => path === 'logs');
    await copy.pass();
    rmSync(join(source, 'ledger/old'), { recursive: true });
    await copy.pass();
    expect(() => copied('ledger/old/segment')).toThrow('ENOENT');
    expect(() => copied('logs/peer.log')).toThrow('ENOENT');
    expect(copied('ledger/blocks')).toBe('are');
  });

  test('a private file stays private', async () => {
    writeFileSync(join(source, 'key.pem'), 'secret', { mode: 0o600 });
    await new TreeCopy(source, target).pass();
    expect(statSync(join(target, 'key.pem')).mode & 0o777).toBe(0o600);
  });
});
