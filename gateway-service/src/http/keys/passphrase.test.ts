import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openKeyStore } from '@careledger/crypto/key-store';
import type { ServiceApp } from '@careledger/service-kit';
import { PASSPHRASE } from '../../../testing/open-core.js';
import { TOKENS, newTestApp } from '../../../testing/test-app.js';
import { TestCore } from '../../../testing/test-core.js';
import { GATEWAY_MIGRATIONS } from '../../migrations.js';
import { PassphraseChanges } from '../../patients/passphrase-changes.js';
import type { Patient } from '../../patients/index.js';
import { keysPlugin } from './plugin.js';

const NEXT = 'another passphrase for tests';
const SHORT = 'too short';

let t: TestCore;
let app: ServiceApp;
let patient: Patient;
let changes: PassphraseChanges;
beforeEach(async () => {
  t = await TestCore.open({ migrations: GATEWAY_MIGRATIONS });
  patient = await t.patient();
  changes = new PassphraseChanges(t.core.store.database);
  app = await newTestApp(patient.patientId);
  const logger = { info: () => undefined };
  const parts = { core: t.core, passphraseChanges: changes, clock: () => t.nowMs, logger };
  await app.register(keysPlugin, parts as never);
});
afterEach(async () => {
  await app.close();
  await t[Symbol.asyncDispose]();
});

const change = async (passphrase: string, newPassphrase: string) => {
  const answer = await app.inject({
    method: 'POST',
    url: `/v1/patients/${patient.patientId}/passphrase`,
    headers: { authorization: `Bearer ${TOKENS.patient}` },
    payload: { passphrase, newPassphrase },
  });
  return { status: answer.statusCode, body: answer.json<Record<string, unknown>>() };
};
const opens = (passphrase: string): Promise<boolean> =>
  t.core.patients.unlockConsent(patient.patientId, passphrase).then(
    () => true,
    () => false,
  );

test('another passphrase opens the same key, the former one does not; the same request again is answered alike', async () => {
  const { kid } = await t.core.patients.unlockConsent(patient.patientId, PASSPHRASE);
  const changedAt = new Date(t.nowMs).toISOString();
  expect(await change(PASSPHRASE, NEXT)).toEqual({ status: 200, body: { changedAt } });
  expect(await opens(PASSPHRASE)).toBe(false);
  expect((await t.core.patients.unlockConsent(patient.patientId, NEXT)).kid).toBe(kid);
  expect(changes.lastMs(patient.patientNo)).toBe(t.nowMs);
  expect(await change(PASSPHRASE, NEXT)).toMatchObject({ status: 200 });
  expect(await opens(NEXT)).toBe(true);
});

test('a wrong passphrase changes nothing and counts as a guess, a short one is refused', async () => {
  expect(await change(PASSPHRASE, SHORT)).toMatchObject({
    status: 422,
    body: { code: 'PASSPHRASE_TOO_SHORT' },
  });
  for (let guess = 0; guess < 3; guess++)
    expect(await change('not the passphrase', NEXT)).toMatchObject({
      status: 403,
      body: { code: 'CONSENT_KEY_LOCKED' },
    });
  expect(await change('not the passphrase', NEXT)).toMatchObject({
    status: 429,
    body: { code: 'PASSPHRASE_BACKOFF' },
  });
  expect(await opens(PASSPHRASE)).toBe(true);
  expect(changes.lastMs(patient.patientNo)).toBeUndefined();
});

/** Changes the passphrase of a key store to and fro, as fast as it can, and says each time that it has. */
const CHANGER = `
  const { changeKeyStorePassphrase } = await import(process.argv[1]);
  const [path, ...passphrases] = process.argv.slice(2);
  for (let i = 0; ; i++) {
    const unlock = { passphrase: passphrases[i % 2] };
    await changeKeyStorePassphrase({ path, unlock, scryptLogN: 10 }, passphrases[(i + 1) % 2]);
    console.log(i);
  }
`;

test('kill -9 in the middle: one of the two opens the key, and the request goes through when it comes again', async () => {
  const folder = join(t.folder, 'consent');
  const path = join(folder, `${patient.patientId}.json`);
  const module = import.meta.resolve('@careledger/crypto/key-store');
  for (const changesBeforeTheKill of [1, 4, 9]) {
    const args = ['--input-type=module', '--eval', CHANGER, module, path, PASSPHRASE, NEXT];
    const writer = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(writer, 'exit');
    let lines = 0;
    for await (const chunk of writer.stdout) {
      lines += String(chunk).split('\n').length - 1;
      if (lines >= changesBeforeTheKill) writer.kill('SIGKILL');
    }
    await exited;
    expect([await opens(PASSPHRASE), await opens(NEXT)].filter(Boolean)).toHaveLength(1);
    t.nowMs += 3_600_001;
    expect(await change(PASSPHRASE, NEXT)).toMatchObject({ status: 200 });
    await using store = await openKeyStore({ path, unlock: { passphrase: NEXT } });
    expect(store.list()).toHaveLength(1);
    // What the killed writes left lies under a passphrase that counts no more.
    expect(await change(NEXT, PASSPHRASE)).toMatchObject({ status: 200 });
    expect(await readdir(folder)).toEqual([`${patient.patientId}.json`]);
  }
}, 120_000);
