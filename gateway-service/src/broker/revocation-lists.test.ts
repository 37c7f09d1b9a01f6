import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { nameHashOf, revocationListTime, type CertificateAuthority } from '@careledger/crypto/x509';
import { REVOCATION_INTERVAL_MS } from './limits.js';
import { RevocationLists } from './revocation-lists.js';

const silent = { warn: () => undefined };
/** CN=ca, DER. */
const NAME = Buffer.from('300d310b300906035504030c026361', 'hex');
const authority: CertificateAuthority = {
  key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  name: NAME,
  keyId: undefined,
  notBeforeMs: Date.UTC(2026, 0, 1),
  notAfterMs: Date.UTC(2060, 0, 1),
};
const HASH = nameHashOf(authority);

let folder: string;
let nowMs: number;
let revoked: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'careledger-lists-'));
  nowMs = Date.UTC(2026, 5, 1, 8);
  revoked = [];
});
afterEach(() => rm(folder, { recursive: true }));

const open = () =>
  RevocationLists.open({ folder, authority, revoked: () => revoked, clock: () => nowMs, logger: silent });
const names = async () => (await readdir(folder)).sort();
const timeOf = async (n: number) => revocationListTime(await readFile(join(folder, `${HASH}.r${n}`), 'utf8'));

test('each change makes a list under the next name, later than the one before even if the clock went back', async () => {
  await using lists = await open();
  expect(await names()).toEqual([`${HASH}.r0`]);
  revoked = ['4001'];
  nowMs -= 3_600_000;
  await lists.written();
  revoked = [];
  await lists.written();
  expect(await names()).toEqual([`${HASH}.r0`, `${HASH}.r1`, `${HASH}.r2`]);
  expect([await timeOf(1), await timeOf(2)]).toEqual([(await timeOf(0)) + 1_000, (await timeOf(0)) + 2_000]);
});

test('what is revoked already makes no further list', async () => {
  revoked = ['4001', '4002'];
  await using lists = await open();
  revoked = ['4002', '4001'];
  await lists.written();
  expect(await names()).toEqual([`${HASH}.r0`]);
});

test('a gateway that starts again goes on after the lists that the broker has, and gives up none of their names', async () => {
  for (const serial of ['4001', '4002', '4003']) {
    revoked = [...revoked, serial];
    await (await open()).close();
    nowMs += 1_000;
  }
  revoked = [...revoked, '4004'];
  await (await open()).close();
  expect(await names()).toEqual([0, 1, 2, 3].map((n) => `${HASH}.r${n}`));
  // A broker that starts again reads them all: the older ones are the newest of before, and one file.
  const files = await Promise.all([0, 1, 2].map((n) => stat(join(folder, `${HASH}.r${n}`))));
  expect(new Set(files.map(({ ino }) => ino)).size).toBe(1);
  expect(await timeOf(3)).toBeGreaterThan(await timeOf(0));
});

test('list-flood: a device that is suspended and resumed all the time makes a list in ten seconds, and the last one counts', async () => {
  await using lists = await open();
  for (let n = 0; n < 50; n++) {
    revoked = n % 2 === 0 ? ['4001'] : [];
    lists.changed();
    await new Promise(setImmediate);
  }
  revoked = ['4001'];
  lists.changed();
  nowMs += REVOCATION_INTERVAL_MS;
  await lists.close();
  expect((await names()).length).toBeLessThanOrEqual(3);
  expect(await readFile(join(folder, (await names()).at(-1) ?? ''), 'utf8')).not.toBe(
    await readFile(join(folder, `${HASH}.r0`), 'utf8'),
  );
});
