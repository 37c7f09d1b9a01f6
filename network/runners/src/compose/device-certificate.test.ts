import 'reflect-metadata';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createHash, webcrypto, X509Certificate } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import { deviceIdOf } from '@careledger/domain';
import { ensureIdentities, newState, planOf, silent } from '@careledger/network-admin';
import { certifyDevice } from './device-certificate.js';
import { DEVICES_ORGANIZATION } from './devices.js';
import { ComposeLayout } from './layout.js';

let layout: ComposeLayout;
beforeAll(async () => {
  layout = new ComposeLayout(await mkdtemp(join(tmpdir(), 'careledger-devices-')));
  const plan = planOf(newState('small', 'compose'));
  const none = { orderers: [], peers: [], chaincodeHosts: [] };
  await ensureIdentities({ ...plan, ...none, organizations: [DEVICES_ORGANIZATION] }, layout, silent);
});
afterAll(() => rm(layout.root, { recursive: true }));

const ED25519 = { name: 'Ed25519' } as const;
const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

async function request(
  algorithm: typeof ED25519 | typeof P256,
): Promise<{ pem: string; publicKey: Uint8Array<ArrayBuffer> }> {
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair;
  const csr = await Pkcs10CertificateRequestGenerator.create({
    name: 'CN=gateway',
    keys,
    signingAlgorithm: algorithm,
  });
  const spki = await webcrypto.subtle.exportKey('spki', keys.publicKey);
  return { pem: csr.toString('pem'), publicKey: new Uint8Array(spki).slice(-32) };
}

test('the name in the certificate follows from the key, whatever the request asks for', async () => {
  const { pem, publicKey } = await request(ED25519);
  const certificate = new X509Certificate(await certifyDevice(layout, pem));
  const id = deviceIdOf(publicKey, (bytes) => createHash('sha256').update(bytes).digest());
  expect(certificate.subject).toBe(`CN=${id}`);
  expect(certificate.ca).toBe(false);
  expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
});

test('a request that another key signed is refused', async () => {
  const { pem } = await request(ED25519);
  const der = Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
  der[der.length - 1] = (der.at(-1) ?? 0) ^ 1;
  const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----`;
  await expect(certifyDevice(layout, forged)).rejects.toMatchObject({ code: 'REQUEST_REFUSED' });
});

test('keys that are no device keys, and what is no request, are refused', async () => {
  const { pem } = await request(P256);
  await expect(certifyDevice(layout, pem)).rejects.toMatchObject({
    code: 'REQUEST_REFUSED',
    message: expect.stringContaining('Ed25519'),
  });
  await expect(certifyDevice(layout, 'hello')).rejects.toMatchObject({ code: 'REQUEST_REFUSED' });
});
