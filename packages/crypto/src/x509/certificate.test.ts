import { X509Certificate, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { readAuthority } from './authority.js';
import { makeCertificate, type CertificateContent } from './certificate.js';

const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const pemOf = (key: ReturnType<typeof newKey>): string =>
  key.export({ type: 'pkcs8', format: 'pem' }).toString();
const days = { notBeforeMs: Date.UTC(2026, 0, 1), notAfterMs: Date.UTC(2056, 5, 30, 12, 30, 15) };

const caKey = newKey();
const caPem = makeCertificate(
  {
    subject: [
      ['O', 'HospitalMSP'],
      ['CN', 'ca.HospitalMSP'],
    ],
    publicKey: createPublicKey(caKey),
    use: 'authority',
    ...days,
  },
  { key: caKey },
);
const ca = readAuthority(caPem, pemOf(caKey));

function issue(content: Pick<CertificateContent, 'subject' | 'use' | 'hosts' | 'extensions'>) {
  const key = newKey();
  const pem = makeCertificate({ ...content, publicKey: createPublicKey(key), ...days }, ca);
  return { key, certificate: new X509Certificate(pem) };
}

test('an authority signs itself, and may sign others', () => {
  const certificate = new X509Certificate(caPem);
  expect(certificate.ca).toBe(true);
  expect(certificate.subject).toBe('O=HospitalMSP\nCN=ca.HospitalMSP');
  expect(certificate.verify(createPublicKey(caKey))).toBe(true);
  expect(certificate.checkIssued(certificate)).toBe(true);
  expect(new Date(certificate.validFrom).getTime()).toBe(days.notBeforeMs);
  expect(new Date(certificate.validTo).getTime()).toBe(days.notAfterMs);
});

test('an identity is of its authority, and is none itself', () => {
  const subject = [
    ['O', 'HospitalMSP'],
    ['OU', 'client'],
    ['CN', 'Zoë'],
  ] as const;
  const extensions = [{ id: Buffer.of(0x2a, 0x03, 0x04), value: Buffer.from('{"attrs":{}}') }];
  const { key, certificate } = issue({ subject, use: 'signature', extensions });
  expect(certificate.ca).toBe(false);
  expect(certificate.subject).toBe('O=HospitalMSP\nOU=client\nCN=Zoë');
  expect(certificate.checkPrivateKey(key)).toBe(true);
  expect(certificate.checkIssued(new X509Certificate(caPem))).toBe(true);
  expect(certificate.verify(createPublicKey(caKey))).toBe(true);
  expect(certificate.verify(createPublicKey(newKey()))).toBe(false);
  expect(certificate.raw.includes('{"attrs":{}}')).toBe(true);
});

test('an endpoint answers to its names and addresses, and to no others', () => {
  const hosts = { names: ['peer0.devnet.local', 'localhost'], addresses: [Buffer.of(127, 0, 0, 1)] };
  const { certificate } = issue({ subject: [['CN', 'peer0']], use: 'endpoint', hosts });
  expect(certificate.checkHost('localhost')).toBe('localhost');
  expect(certificate.checkHost('peer1.devnet.local')).toBeUndefined();
  expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(certificate.checkIP('127.0.0.2')).toBeUndefined();
  expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
});

test('no two certificates of an authority have one number', () => {
  const subject = [['CN', 'a']] as const;
  const numbers = Array.from(
    { length: 20 },
    () => issue({ subject, use: 'signature' }).certificate.serialNumber,
  );
  expect(new Set(numbers).size).toBe(20);
});
