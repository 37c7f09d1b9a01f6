import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { MANIFEST_FILE, seal, verify } from './manifest.js';

describe('a backup’s manifest', () => {
  let folder: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'careledger-manifest-'));
    mkdirSync(join(folder, 'ledger'));
    writeFileSync(join(folder, 'ledger', 'blocks'), 'one');
    await seal(folder, new Date('2026-01-02T03:04:05Z'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('names every file with its hash', async () => {
    expect(await verify(folder)).toEqual({
      version: 2,
      at: '2026-01-02T03:04:05.000Z',
      // printf one | sha256sum
      files: { 'ledger/blocks': '7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed' },
    });
  });

  test('a file that was changed, lost or added since is a damaged backup', async () => {
    const damaged = { code: 'BACKUP_DAMAGED' };
    writeFileSync(join(folder, 'ledger', 'more'), '');
    await expect(verify(folder)).rejects.toMatchObject(damaged);
    rmSync(join(folder, 'ledger', 'more'));
    await verify(folder);
    appendFileSync(join(folder, 'ledger', 'blocks'), ' more');
    await expect(verify(folder)).rejects.toMatchObject(damaged);
    rmSync(join(folder, 'ledger', 'blocks'));
    await expect(verify(folder)).rejects.toMatchObject(damaged);
  });

  test('a folder whose copy was cut short is no backup', async () => {
    rmSync(join(folder, MANIFEST_FILE));
    await expect(verify(folder)).rejects.toMatchObject({ code: 'BACKUP_INCOMPLETE' });
  });
});
