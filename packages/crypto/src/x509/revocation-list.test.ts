import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { makeRevocationList, nameHashOf, readAuthority, revocationListTime } from './index.js';

const hasOpenssl = ((): boolean => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    process.stderr.write('SKIPPED: no "openssl" here, so revocation lists are not checked against it\n');
    return false;
  }
})();

/** What OpenSSL says of a file; its complaints are thrown. */
const openssl = (args: readonly string[]): string =>
  execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

(hasOpenssl ? describe : describe.skip)('as OpenSSL reads them', () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);
  const names = ['/O=Devices  of   Home/CN=tlsca.devices.Example', '/C=DE/O=\u00dcbung GmbH/CN=CA'];
  const authority = (n: number) => readAuthority(pem(n, 'crt'), pem(n, 'key'));
  const pem = (n: number, kind: 'crt' | 'key'): string =>
    openssl([kind === 'crt' ? 'x509' : 'pkey', '-in', at(`${n}.${kind}`)]);
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'careledger-crl-'));
    for (const [n, subject] of names.entries())
      openssl([
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-utf8'],
        ...['-keyout', at(`${n}.key`), '-out', at(`${n}.crt`), '-subj', subject, '-days', '30000'],
      ]);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('a name hashes as OpenSSL hashes it, whatever its letters and spaces', () => {
    for (const n of names.keys())
      expect(nameHashOf(authority(n))).toBe(
        openssl(['x509', '-hash', '-noout', '-in', at(`${n}.crt`)]).trim(),
      );
  });

  test('a list is signed by its authority, names what it revokes, and lasts as long as the authority', () => {
    const serialNumbers = ['40aa', `ff${'00'.repeat(14)}01`];
    writeFileSync(
      at('list.pem'),
      makeRevocationList(authority(0), { serialNumbers, madeMs: Date.UTC(2026, 5, 1) }),
    );
    const text = openssl(['crl', '-in', at('list.pem'), '-noout', '-text', '-CAfile', at('0.crt')]);
    expect(revocationListTime(readFileSync(at('list.pem'), 'utf8'))).toBe(Date.UTC(2026, 5, 1));
    expect(text).toMatch(/Serial Number: 40AA/);
    expect(text).toMatch(/Serial Number: FF0{28}01/);
    expect(text).toMatch(/Last Update: Jun {2}1 00:00:00 2026 GMT/);
    expect(text).toMatch(/X509v3 Authority Key Identifier/);
    expect(() =>
      openssl(['crl', '-in', at('list.pem'), '-noout', '-verify', '-CAfile', at('0.crt')]),
    ).not.toThrow();
  });

  test('a certificate in the list does not verify, one that is not does; of two lists the newer counts', () => {
    const issue = (name: string, serial: string): void => {
      openssl([
        'req',
        '-new',
        '-newkey',
        'ed25519',
        '-nodes',
        '-keyout',
        at(`${name}.key`),
        '-out',
        at(`${name}.csr`),
        '-subj',
        `/CN=${name}`,
      ]);
      openssl([
        'x509',
        '-req',
        '-in',
        at(`${name}.csr`),
        '-CA',
        at('0.crt'),
        '-CAkey',
        at('0.key'),
        '-set_serial',
        `0x${serial}`,
        '-out',
        at(`${name}.crt`),
      ]);
    };
    issue('stopped', '4001');
    issue('running', '4002');
    const list = (name: string, serialNumbers: readonly string[], madeMs: number): string => {
      writeFileSync(at(name), makeRevocationList(authority(0), { serialNumbers, madeMs }));
      return at(name);
    };
    const nowMs = Date.now();
    const older = list('older.pem', ['4001'], nowMs - 10_000);
    const verify = (name: string, ...lists: readonly string[]): string =>
      openssl([
        'verify',
        '-crl_check',
        '-CAfile',
        at('0.crt'),
        ...lists.flatMap((file) => ['-CRLfile', file]),
        at(`${name}.crt`),
      ]);
    expect(() => verify('stopped', older)).toThrow(/certificate revoked/);
    expect(verify('running', older)).toMatch(/OK/);
    const newer = list('newer.pem', [], nowMs);
    expect(verify('stopped', older, newer)).toMatch(/OK/);
    expect(verify('stopped', newer, older)).toMatch(/OK/);
  });

  test('a key that is not the certificate’s is refused', () => {
    expect(() => readAuthority(pem(0, 'crt'), pem(1, 'key'))).toThrow(
      expect.objectContaining({ code: 'KEY_INVALID' }),
    );
  });
});
