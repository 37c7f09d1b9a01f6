import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { discardUnjoined } from './unjoined.js';

let ledger: string;
beforeEach(() => {
  ledger = mkdtempSync(join(tmpdir(), 'careledger-unjoined-'));
});
afterEach(() => rmSync(ledger, { recursive: true, force: true }));

test('a peer that was killed while it made its databases starts from nothing', async () => {
  mkdirSync(join(ledger, 'ledgersData', 'fileLock'), { recursive: true });
  writeFileSync(join(ledger, 'ledgersData', 'fileLock', 'LOG'), '');
  await discardUnjoined(ledger, 'peer');
  expect(existsSync(ledger)).toBe(false);
});

test('the ledger of a node that is on a channel stays', async () => {
  mkdirSync(join(ledger, 'ledgersData', 'chains', 'chains', 'cloud'), { recursive: true });
  await discardUnjoined(ledger, 'peer');
  expect(existsSync(ledger)).toBe(true);
  mkdirSync(join(ledger, 'chains', 'cloud'), { recursive: true });
  await discardUnjoined(ledger, 'orderer');
  expect(existsSync(ledger)).toBe(true);
});
