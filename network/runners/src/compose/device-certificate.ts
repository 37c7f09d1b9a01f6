import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequest,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { sha256 } from '@careledger/crypto';
import { deviceIdOf } from '@careledger/domain';
import { deviceCertificateSerial } from '@careledger/protocol';
import { DEVICES_MSP } from './devices.js';
import { ComposeError } from './errors.js';
import type { ComposeLayout } from './layout.js';

const DAY_MS = 86_400_000;
/** How long a device's certificate is good for. */
const DEVICE_CERTIFICATE_VALIDITY_DAYS = 365;
const AUTHORITY_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
/** A raw Ed25519 key is the end of its SubjectPublicKeyInfo (RFC 8410, 4). */
const ED25519_KEY_BYTES = 32;

/**
 * Certifies a device's own Ed25519 key for the broker. The certificate's name is the device ID, which follows from the
 * key: nobody can ask for another device's name, whatever the request says. The request's signature (PKCS #10, RFC 2986)
 * proves that the device holds the key.
 */
export async function certifyDevice(layout: ComposeLayout, requestPem: string): Promise<string> {
  const publicKey = await checkRequest(requestPem);
  const deviceId = deviceIdOf(new Uint8Array(publicKey.rawData).slice(-ED25519_KEY_BYTES), sha256);

  const { cert, key } = layout.tlsCa(DEVICES_MSP);
  const authority = new X509Certificate(await readFile(cert, 'utf8'));
  const notAfter = Math.min(
    Date.now() + DEVICE_CERTIFICATE_VALIDITY_DAYS * DAY_MS,
    authority.notAfter.getTime(),
  );
  const certificate = await X509CertificateGenerator.create({
    serialNumber: deviceCertificateSerial(deviceId, sha256),
    subject: `CN=${deviceId}`,
    issuer: authority.subject,
    notBefore: new Date(),
    notAfter: new Date(notAfter),
    publicKey,
    signingKey: await privateKey(await readFile(key, 'utf8')),
    signingAlgorithm: AUTHORITY_ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]),
    ],
  });
  return `${certificate.toString('pem').trim()}\n`;
}

/** The key of a request that is signed with it. */
async function checkRequest(pem: string): Promise<Pkcs10CertificateRequest['publicKey']> {
  let request: Pkcs10CertificateRequest;
  try {
    request = new Pkcs10CertificateRequest(pem);
  } catch (cause) {
    throw new ComposeError('REQUEST_REFUSED', 'this is no certificate request: send PKCS #10 as PEM', {
      cause,
    });
  }
  if (request.publicKey.algorithm.name !== 'Ed25519')
    throw new ComposeError(
      'REQUEST_REFUSED',
      'devices have Ed25519 keys: make the request with the device’s',
    );
  if (!(await request.verify()))
    throw new ComposeError('REQUEST_REFUSED', 'the request is not signed with the key that it names');
  return request.publicKey;
}

async function privateKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
  return webcrypto.subtle.importKey('pkcs8', der, AUTHORITY_ALGORITHM, false, ['sign']);
}
