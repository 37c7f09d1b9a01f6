import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGunzip, createGzip } from 'node:zlib';
import { extract, pack, type Options } from 'tar-fs';
import { ComposeError } from './errors.js';

/** Orderers keep files of 64 MB that are mostly empty; blobs are ciphertext, on which effort would be lost. */
const LEVEL = constants.Z_BEST_SPEED;
/** Modes are kept whatever this process makes its own files with, owners are not. Two options that types do not know. */
const KEPT: Options & { readonly umask: number; readonly chown: boolean } = { umask: 0, chown: false };

/** Writes a folder to a stream, as tar with gzip. The stream stays open. */
export async function writeArchive(folder: string, output: Writable): Promise<void> {
  await pipeline(pack(folder, KEPT), createGzip({ level: LEVEL }), output, { end: false });
}

/**
 * Makes a folder what it was when the archive was written, with the modes that files had; they belong to this user.
 * @throws ComposeError `ARCHIVE_UNREADABLE`
 */
export async function readArchive(input: Readable, folder: string): Promise<void> {
  await pipeline(input, createGunzip(), extract(folder, KEPT)).catch((cause: unknown) => {
    throw new ComposeError('ARCHIVE_UNREADABLE', 'the archive is damaged or not whole: use another backup', {
      cause,
    });
  });
}
