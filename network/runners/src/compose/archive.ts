import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGunzip, createGzip } from 'node:zlib';
import { ComposeError } from './errors.js';

/** Orderers keep files of 64 MB that are mostly empty; blobs are ciphertext, on which effort would be lost. */
const LEVEL = constants.Z_BEST_SPEED;

/** Writes a folder to a stream, as tar with gzip. The stream stays open. */
export async function writeArchive(folder: string, output: Writable): Promise<void> {
  const tar = spawn('tar', ['--create', `--directory=${folder}`, '.'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const copied = pipeline(tar.stdout, createGzip({ level: LEVEL }), output, { end: false });
  await Promise.all([copied, success(tar)]);
}

/** Makes a folder what it was when the archive was written, with the modes that files had; they belong to this user. */
export async function readArchive(input: Readable, folder: string): Promise<void> {
  const args = ['--extract', '--preserve-permissions', '--no-same-owner', `--directory=${folder}`];
  const tar = spawn('tar', args, { stdio: ['pipe', 'inherit', 'inherit'] });
  await Promise.all([pipeline(input, createGunzip(), tar.stdin), success(tar)]).catch((cause: unknown) => {
    throw new ComposeError('ARCHIVE_UNREADABLE', 'the archive is damaged or not whole: use another backup', {
      cause,
    });
  });
}

async function success(tar: ChildProcess): Promise<void> {
  const [status] = (await once(tar, 'exit')) as [number | null];
  if (status !== 0) throw new ComposeError('ARCHIVE_UNREADABLE', `tar ended with status ${String(status)}`);
}
