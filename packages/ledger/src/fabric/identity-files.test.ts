import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openServiceLedger } from '../service/open-ledger.js';
import { readIdentity } from './identity-files.js';

/** A self-signed certificate and its key, made for these tests with openssl. */
const CERTIFICATE = [
  '-----BEGIN CERTIFICATE-----',
  'MIIBdTCCARugAwIBAgIUAMs72PA3KtkYqN/zbqBWkP9QfjowCgYIKoZIzj0EAwIw',
  'DzENMAsGA1UEAwwEdXNlcjAgFw0yNjExMjgxMTE3NDdaGA8yMTI2MTEwNDExMTc0',
  'N1owDzENMAsGA1UEAwwEdXNlcjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABLX5',
  '5Z0rjYmR7s2r6cP/6hk5q+ClZrEpsNVBw663xKn8B7aQchO5BKGIFGE3O8oE+txA',
  'fHYrT7GYSmii+at/mcujUzBRMB0GA1UdDgQWBBRR3jtZfWbDBlwZ2CNSv9lTqoPd',
  'yzAfBgNVHSMEGDAWgBRR3jtZfWbDBlwZ2CNSv9lTqoPdyzAPBgNVHRMBAf8EBTAD',
  'AQH/MAoGCCqGSM49BAMCA0gAMEUCIEpoRT+YSiR8IxkAK9XboC1THBz/jZhL7ufk',
  '+LjhoKInAiEA2M4/ZTSVvfhSGrCtOJWWvsGdmoKMFPRcawr17yVO8mI=',
  '-----END CERTIFICATE-----',
  '',
].join('\n');
const KEY = [
  '-----BEGIN PRIVATE KEY-----',
  'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgMzKhaUrToA7RK/5/',
  '3rav+5Zcb9/JWNP8HIDYqRKCthOhRANCAAS1+eWdK42Jke7Nq+nD/+oZOavgpWax',
  'KbDVQcOut8Sp/Ae2kHITuQShiBRhNzvKBPrcQHx2K0+xmEpoovmrf5nL',
  '-----END PRIVATE KEY-----',
  '',
].join('\n');
const anotherKey = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'careledger-identity-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Writes files below the test's folder. */
function write(files: Readonly<Record<string, string>>): void {
  for (const [file, text] of Object.entries(files)) {
    const path = join(dir, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}
const at = (certificate: string, key: string) => ({
  certificateFile: join(dir, certificate),
  privateKeyFile: join(dir, key),
});
const PEMS = { certificatePem: CERTIFICATE, privateKeyPem: KEY };

describe('a certificate and its key', () => {
  test('are read from files', () => {
    write({ 'user/cert.pem': CERTIFICATE, 'user/key.pem': KEY });
    expect(readIdentity(at('user/cert.pem', 'user/key.pem'))).toEqual(PEMS);
  });

  test('are found in an MSP folder, the key among those that it replaced', () => {
    const keystore = {
      'msp/keystore/0a_sk': anotherKey(),
      'msp/keystore/5f_sk': KEY,
      'msp/keystore/ff_sk': anotherKey(),
    };
    write({ 'msp/signcerts/User1@org1-cert.pem': CERTIFICATE, ...keystore });
    expect(readIdentity(at('msp/signcerts', 'msp/keystore'))).toEqual(PEMS);
    expect(readIdentity(at('msp/signcerts/User1@org1-cert.pem', 'msp/keystore'))).toEqual(PEMS);
  });

  test('are told apart in a folder that has both', () => {
    write({ 'user/cert.pem': CERTIFICATE, 'user/key.pem': KEY, 'user/tls/ca.pem': CERTIFICATE });
    expect(readIdentity(at('user', 'user'))).toEqual(PEMS);
  });

  test.each([
    ['no certificate', { 'keystore/a_sk': KEY }],
    [
      'two certificates',
      { 'signcerts/a.pem': CERTIFICATE, 'signcerts/b.pem': CERTIFICATE, 'keystore/a_sk': KEY },
    ],
    ["somebody else's key", { 'signcerts/a.pem': CERTIFICATE, 'keystore/a_sk': anotherKey() }],
    ['the certificate instead of the key', { 'signcerts/a.pem': CERTIFICATE, 'keystore/a_sk': CERTIFICATE }],
  ])('folders with %s are CONFIGURATION', (_what, files) => {
    mkdirSync(join(dir, 'signcerts'));
    write(files);
    expect(() => readIdentity(at('signcerts', 'keystore'))).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION' }),
    );
  });

  test('in an MSP folder serve a service', () => {
    write({
      'msp/signcerts/cert.pem': CERTIFICATE,
      'msp/keystore/5f_sk': KEY,
      'connection.json': JSON.stringify({
        channels: {
          cloud: {
            organizations: { A: { endpoint: 'localhost:1', tlsRoot: CERTIFICATE, serverName: 'peer' } },
          },
        },
      }),
    });
    const msp = at('msp/signcerts', 'msp/keystore');
    const config = { connectionFile: join(dir, 'connection.json'), mspId: 'A', ...msp, clientTls: msp };
    using opened = openServiceLedger(config, dir);
    expect(opened.ledger.channel('cloud')).toBeDefined();
  });
});
