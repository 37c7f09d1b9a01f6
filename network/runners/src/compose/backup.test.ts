import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { appendFileSync, createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { finished } from 'node:stream/promises';
import { silent } from '@careledger/network-admin';
import { readArchive, writeArchive } from './archive.js';
import { stageBackup } from './backup.js';
import { Host } from './host.js';
import { ComposeLayout } from './layout.js';
import { prepare } from './prepare.js';
import { restore } from './restore.js';

let root: string;
let layout: ComposeLayout;
let ledger: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'careledger-backup-'));
  layout = volumes('here');
  ledger = join(layout.data('peer-patients'), 'ledger');
  await mkdir(layout.root);
  await mkdir(layout.data('peer-patients'), { recursive: true });
  await writeFile(join(layout.root, 'network.json'), '{}');
  await writeFile(ledger, 'blocks');
  // More than this process gives to its own files.
  await chmod(ledger, 0o660);
});
afterEach(() => rm(root, { recursive: true }));

const volumes = (name: string): ComposeLayout =>
  new ComposeLayout(join(root, `${name}-network`), join(root, `${name}-data`));

/** Makes a backup with a host that does `whenCopied` before it halts everything, or gives up by throwing. */
async function backUp(archive: string, whenCopied: () => void): Promise<void> {
  const [input, output] = [new PassThrough(), new PassThrough()];
  using host = new Host(input, output);
  createInterface({ input: output }).on('line', (line) => {
    if (line === 'taken') input.write('resumed\n');
    if (line !== 'copied') return;
    try {
      whenCopied();
      input.write('halting\nhalted\n');
    } catch {
      input.end();
    }
  });
  await stageBackup(layout, host, silent);
  const file = createWriteStream(archive);
  await writeArchive(layout.backupStaging, file);
  await finished(file.end());
}
const unpack = (archive: string) => (folder: string) => readArchive(createReadStream(archive), folder);

describe('a backup of the volumes', () => {
  test('is of the moment when all is halted, and fills empty volumes with it', async () => {
    const archive = join(root, 'archive');
    await backUp(archive, () => appendFileSync(ledger, ' and more'));
    const there = volumes('there');
    await restore(there, unpack(archive), silent);
    const restored = join(there.data('peer-patients'), 'ledger');
    expect(await readFile(restored, 'utf8')).toBe('blocks and more');
    expect((await stat(restored)).mode & 0o777).toBe(0o660);
    expect(await readdir(there.root)).toEqual(['network.json']);
    expect(await readdir(there.dataRoot)).toEqual(['peer-patients']);
  });

  test('ends when the host has gone, before anything is taken for a backup', async () => {
    const gone = backUp(join(root, 'archive'), () => {
      throw new Error('interrupted');
    });
    await expect(gone).rejects.toMatchObject({ code: 'HOST_AWAY' });
  });

  test('does not replace a network that is there', async () => {
    const archive = join(root, 'archive');
    await backUp(archive, () => undefined);
    await expect(restore(layout, unpack(archive), silent)).rejects.toMatchObject({ code: 'NOT_EMPTY' });
  });

  test('that was cut off fills nothing, and nothing starts on what it left', async () => {
    const archive = join(root, 'archive');
    await backUp(archive, () => undefined);
    await truncate(archive, (await stat(archive)).size - 100);
    const there = volumes('there');
    await expect(restore(there, unpack(archive), silent)).rejects.toMatchObject({
      code: 'ARCHIVE_UNREADABLE',
    });
    await expect(prepare(there, 'small', silent)).rejects.toMatchObject({ code: 'RESTORE_CUT_SHORT' });
  });
});
