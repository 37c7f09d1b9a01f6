import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { sha256 } from '@careledger/crypto';
import { sodiumVerifier } from '@careledger/crypto/sodium';
import { patientIdOf } from '@careledger/domain';
import { checkAppend } from '@careledger/private-chain';
import { PASSPHRASE } from '../../testing/open-core.js';
import { TestCore } from '../../testing/test-core.js';

test('a patient has a genesis block that anybody can check, and keys that come back after a restart', async () => {
  await using t = await TestCore.open();
  const { patientId, patientNo } = await t.patient();
  const genesis = t.core.chain.block(patientNo, 0);
  const state = checkAppend(null, genesis, { hash: sha256, verifier: sodiumVerifier() });
  expect(state).toMatchObject({ patientId, height: 0, network: 'devnet', difficulty: 0 });
  expect(t.core.head(patientId)).toEqual({ height: 0, hash: state.head });
  const keys = t.core.patients.keys(patientId);
  const before = [keys.gatewaySigner().kid, keys.encryption().kid, keys.recordSecret(), keys.scopeKey()];
  const core = await t.reopen();
  const after = core.patients.keys(patientId);
  expect([after.gatewaySigner().kid, after.encryption().kid, after.recordSecret(), after.scopeKey()]).toEqual(
    before,
  );
  expect(core.head(patientId)).toEqual({ height: 0, hash: state.head });
});

test('the consent key opens with the patient’s passphrase only, and is no part of the gateway’s key store', async () => {
  await using t = await TestCore.open();
  const { patientId } = await t.patient();
  const consent = await t.core.patients.unlockConsent(patientId, PASSPHRASE);
  expect(patientIdOf(consent.publicKey, sha256)).toBe(patientId);
  await expect(t.core.patients.unlockConsent(patientId, `${PASSPHRASE}!`)).rejects.toMatchObject({
    code: 'KEY_STORE_LOCKED',
  });
  expect(await readFile(join(t.folder, 'keys.json'), 'utf8')).not.toContain(consent.kid);
});

test('a short passphrase makes no patient; an unknown patient is named', async () => {
  await using t = await TestCore.open();
  await expect(t.core.patients.create({ passphrase: 'too short' })).rejects.toMatchObject({
    code: 'PASSPHRASE_TOO_SHORT',
  });
  expect(t.core.patients.list()).toEqual([]);
  expect(() => t.core.patients.get('pat_nobody')).toThrow(
    expect.objectContaining({ code: 'PATIENT_NOT_FOUND' }),
  );
});

test('a chain with a difficulty is mined, and verifies', async () => {
  await using t = await TestCore.open({ difficulty: 6 });
  const patient = await t.patient();
  await t.next(t.pair(patient));
  await t.core.sealNow(patient.patientId);
  expect(t.core.chain.block(patient.patientNo, 1).difficulty).toBe(6);
  expect(await t.core.chain.verify(patient.patientNo)).toMatchObject({ ok: true, blocks: 2, frames: 1 });
});
