import { access, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { KeyedCertificate } from './certificate-authority.js';

const CERTIFICATE_FILE = 'cert.pem';
const KEY_FILE = 'key.pem';
/** Where Fabric's clients look: an MSP folder, in which certificate and key lie alone in a folder each. */
const MSP_FOLDER = 'msp';
const MSP_CERTIFICATE = join(MSP_FOLDER, 'signcerts', CERTIFICATE_FILE);
const MSP_KEYSTORE = join(MSP_FOLDER, 'keystore');
const MSP_KEY = join(MSP_KEYSTORE, KEY_FILE);

const OWNER_ONLY_FILE = 0o600;
const OWNER_ONLY_FOLDER = 0o700;

/** Whether a file or folder is there. */
export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Whether a folder has a certificate with its key. */
export function hasPair(folder: string): Promise<boolean> {
  return exists(join(folder, CERTIFICATE_FILE));
}

/** Reads `cert.pem` and `key.pem`. */
export async function readPair(folder: string): Promise<KeyedCertificate> {
  const [certificate, key] = await Promise.all([
    readFile(join(folder, CERTIFICATE_FILE), 'utf8'),
    readFile(join(folder, KEY_FILE), 'utf8'),
  ]);
  return { certificate, key };
}

/** Writes `cert.pem` and `key.pem`. The certificate comes last, so that a folder with one is complete. */
export async function writePair(folder: string, { certificate, key }: KeyedCertificate): Promise<void> {
  await mkdir(folder, { recursive: true });
  await replace(folder, KEY_FILE, (path) => writeFile(path, key, { mode: OWNER_ONLY_FILE }));
  await replace(folder, CERTIFICATE_FILE, (path) => writeFile(path, certificate));
}

/**
 * Writes a client's or a peer's identity: an MSP folder as Fabric's clients read it, `msp/signcerts/cert.pem` and
 * `msp/keystore/key.pem`, and `cert.pem` and `key.pem` that lead there. A client that is told a folder takes the only
 * file in it; with the certificate beside the key it would take the one for the other.
 */
export async function writeIdentity(folder: string, { certificate, key }: KeyedCertificate): Promise<void> {
  await mkdir(join(folder, MSP_FOLDER, 'signcerts'), { recursive: true });
  await mkdir(join(folder, MSP_KEYSTORE), { recursive: true, mode: OWNER_ONLY_FOLDER });
  await replace(folder, MSP_KEY, (path) => writeFile(path, key, { mode: OWNER_ONLY_FILE }));
  await replace(folder, MSP_CERTIFICATE, (path) => writeFile(path, certificate));
  await replace(folder, KEY_FILE, (path) => symlink(MSP_KEY, path));
  await replace(folder, CERTIFICATE_FILE, (path) => symlink(MSP_CERTIFICATE, path));
}

/** Gives an identity that was written as a mere pair its MSP folder. */
export async function completeIdentity(folder: string): Promise<void> {
  if (!(await hasPair(folder)) || (await exists(join(folder, MSP_CERTIFICATE)))) return;
  await writeIdentity(folder, await readPair(folder));
}

/** Writes beside and renames: a reader finds the old file or the new one, and a folder of one file has never two. */
async function replace(folder: string, file: string, write: (path: string) => Promise<void>): Promise<void> {
  const temporary = join(folder, `.${basename(file)}.new`);
  await rm(temporary, { force: true });
  await write(temporary);
  await rename(temporary, join(folder, file));
}
