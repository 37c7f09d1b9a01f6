import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { LedgerError } from '../error.js';

/** Where a certificate and its key are: files, or the folders that hold them. */
export interface IdentityPaths {
  readonly certificateFile: string;
  readonly privateKeyFile: string;
}

/** PEM texts. */
export interface IdentityPems {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

const CERTIFICATE_START = '-----BEGIN CERTIFICATE-----';

/**
 * Reads a certificate and its key. Fabric's own tools keep them in an MSP folder, `signcerts` and `keystore`, under
 * names that nobody can know beforehand, and a keystore gathers keys over time: of a folder the one certificate is
 * taken, and the key that belongs to it.
 * @throws LedgerError CONFIGURATION when a folder has no such file, or several certificates
 */
export function readIdentity({ certificateFile, privateKeyFile }: IdentityPaths): IdentityPems {
  const certificatePem = readCertificate(certificateFile);
  return { certificatePem, privateKeyPem: readKeyOf(certificatePem, privateKeyFile) };
}

function readCertificate(path: string): string {
  if (!isFolder(path)) return readFileSync(path, 'utf8');
  const [certificate, ...others] = filesOf(path).filter((text) => text.includes(CERTIFICATE_START));
  if (certificate !== undefined && others.length === 0) return certificate;
  throw new LedgerError(
    'CONFIGURATION',
    `${path} has ${certificate === undefined ? 'no certificate' : 'several certificates'}: name the file`,
  );
}

function readKeyOf(certificatePem: string, path: string): string {
  if (!isFolder(path)) return readFileSync(path, 'utf8');
  const certificate = new X509Certificate(certificatePem);
  const key = filesOf(path).find((text) => isKeyOf(certificate, text));
  if (key !== undefined) return key;
  throw new LedgerError('CONFIGURATION', `${path} has no key of the certificate`);
}

function isKeyOf(certificate: X509Certificate, text: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(text));
  } catch {
    // No private key at all: the certificate itself, say.
    return false;
  }
}

const isFolder = (path: string): boolean => statSync(path).isDirectory();

function filesOf(folder: string): string[] {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'utf8'));
}
