import { randomBytes } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { keyProofStatement, registrationStatement } from '@careledger/consent';
import {
  fromBase64url,
  generateEd25519,
  generateX25519,
  sha256,
  type SignatureVerifier,
  type Signer,
} from '@careledger/crypto';
import { sodiumVerifier } from '@careledger/crypto/sodium';
import { patientIdOf } from '@careledger/domain';
import { encryptTo } from '@careledger/envelope';
import { makeStatement } from '@careledger/statements';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { TestCore } from '../../testing/test-core.js';
import type { EnrolmentOffer } from './index.js';

const scopeKey = new Uint8Array(32).fill(5);
const context = 'scope-key';

let t: TestCore;
let consent: Signer;
let offer: EnrolmentOffer;
beforeEach(async () => {
  // Patients keep their keys themselves.
  t = await TestCore.open({ consentKeys: undefined });
  consent = generateEd25519().signer;
  offer = t.core.patients.offer(consent.publicKey);
});
afterEach(() => t[Symbol.asyncDispose]());

const registration = (changes: Partial<EnrolmentOffer> = {}, by = consent): string => {
  const { patientId, networkId, gatewayKey, gatewayKeyProof, encryptionKey } = { ...offer, ...changes };
  const iat = Math.floor(t.nowMs / 1_000);
  const keys = { gatewayKey: fromBase64url(gatewayKey), encryptionKey: fromBase64url(encryptionKey) };
  return makeStatement(
    registrationStatement({
      patientId,
      networkId,
      consentKey: consent.publicKey,
      gatewayKeyProof,
      ...keys,
      iat,
    }),
    by,
  );
};
/** That the patient wants this key for the gateway, as its holder has it. */
const proofBy = (signer: Signer): string => {
  const [publicKey, iat] = [signer.publicKey, Math.floor(t.nowMs / 1_000)];
  const { patientId, networkId } = offer;
  return makeStatement(keyProofStatement({ patientId, networkId, publicKey, iat }), signer);
};
const sealed = (secret = scopeKey): Promise<string> =>
  encryptTo(fromBase64url(offer.encryptionKey), secret, { context });

test('a patient with a key of its own is made by its own registration, which stands in the genesis block', async () => {
  expect(offer.patientId).toBe(patientIdOf(consent.publicKey, sha256));
  expect(t.core.patients.offer(consent.publicKey)).toMatchObject({
    gatewayKey: offer.gatewayKey,
    encryptionKey: offer.encryptionKey,
  });
  const statement = registration();
  const patient = await t.core.patients.enrol({ statement, scopeKey: await sealed() });
  const genesis = t.core.chain.block(patient.patientNo, 0);
  expect(genesis).toMatchObject({
    patientId: offer.patientId,
    body: { registration: statement, gatewayKey: offer.gatewayKey },
  });
  expect(t.core.patients.keys(offer.patientId).scopeKey()).toEqual(Buffer.from(scopeKey));
  // Devices and their frames are as for anybody.
  const device = t.pair(patient);
  expect(await t.next(device)).toMatchObject({ status: 'stored' });
  const twice = { code: 'PATIENT_EXISTS' };
  expect(() => t.core.patients.offer(consent.publicKey)).toThrow(expect.objectContaining(twice));
  await expect(t.core.patients.enrol({ statement, scopeKey: await sealed() })).rejects.toMatchObject(twice);
});

test('an offer leaves nothing behind until it is taken, and whoever asks for many drives out the oldest', () => {
  const { keyStore } = t;
  const before = keyStore.list().length;
  const first = generateEd25519().signer.publicKey;
  const { gatewayKey } = t.core.patients.offer(first);
  for (let i = 0; i < 10_000; i++) t.core.patients.offer(randomBytes(32));
  expect(keyStore.list()).toHaveLength(before);
  expect(t.core.patients.offer(first).gatewayKey).not.toBe(gatewayKey);
}, 60_000);

test('the same registration twice at once makes one patient', async () => {
  const enrolment = { statement: registration(), scopeKey: await sealed() };
  const made = await Promise.allSettled([t.core.patients.enrol(enrolment), t.core.patients.enrol(enrolment)]);
  expect(made.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(made).toContainEqual(
    expect.objectContaining({ reason: expect.objectContaining({ code: 'PATIENT_EXISTS' }) }),
  );
  expect(t.core.patients.list()).toHaveLength(1);
});

test('keys that outlived their patient’s store are offered again: records may be wrapped to them', async () => {
  const { gatewayKey } = offer;
  await t.core.patients.enrol({ statement: registration(), scopeKey: await sealed() });
  const { patients } = await t.reopen({ consentKeys: undefined }, async () => {
    for (const file of await readdir(t.folder))
      if (file.startsWith('gateway.db')) await rm(join(t.folder, file));
  });
  expect(patients.list()).toEqual([]);
  expect(patients.offer(consent.publicKey).gatewayKey).toBe(gatewayKey);
  await patients.enrol({ statement: registration(), scopeKey: await sealed() });
  expect(patients.list()).toHaveLength(1);
});

describe('no patient is made', () => {
  const other = generateEd25519().signer;
  test.each([
    ['that somebody else signed', () => registration({}, other)],
    ['for another network', () => registration({ networkId: 'elsewhere' })],
    [
      'that appoints another gateway key',
      () => registration({ gatewayKey: Buffer.from(other.publicKey).toString('base64url') }),
    ],
    [
      'with another encryption key',
      () => registration({ encryptionKey: Buffer.from(generateX25519().publicKey).toString('base64url') }),
    ],
    [
      'whose proof of the gateway’s key no ledger would take',
      () => registration({ gatewayKeyProof: proofBy(other) }),
    ],
    ['with a proof that is none', () => registration({ gatewayKeyProof: 'a.b.c' })],
    ['that is none', () => 'a.b.c'],
  ])('by a registration %s', async (_what, made) => {
    const enrolment = { statement: made(), scopeKey: await sealed() };
    await expect(t.core.patients.enrol(enrolment)).rejects.toMatchObject({ code: 'ENROLMENT_REFUSED' });
    expect(t.core.patients.list()).toEqual([]);
  });

  test('without a scope key that opens', async () => {
    const statement = registration();
    for (const sealedKey of ['x.y.z', await sealed(new Uint8Array(16))])
      await expect(t.core.patients.enrol({ statement, scopeKey: sealedKey })).rejects.toMatchObject({
        code: 'ENROLMENT_REFUSED',
      });
    expect(t.core.patients.list()).toEqual([]);
  });

  test('by a passphrase, and none opens anything, where patients keep their keys', async () => {
    const notKept = { code: 'CONSENT_KEY_NOT_KEPT' };
    await expect(t.patient()).rejects.toMatchObject(notKept);
    const { patientId } = await t.core.patients.enrol({
      statement: registration(),
      scopeKey: await sealed(),
    });
    await expect(t.core.patients.unlockConsent(patientId, 'a passphrase that is long')).rejects.toMatchObject(
      notKept,
    );
  });
});

describe('many patients by one request', () => {
  const enrolmentOf = async (signer: Signer) => {
    const { patientId, networkId, gatewayKey, gatewayKeyProof, encryptionKey } = t.core.patients.offer(
      signer.publicKey,
    );
    const keys = { gatewayKey: fromBase64url(gatewayKey), encryptionKey: fromBase64url(encryptionKey) };
    const parts = { patientId, networkId, consentKey: signer.publicKey, gatewayKeyProof, ...keys };
    const statement = makeStatement(
      registrationStatement({ ...parts, iat: Math.floor(t.nowMs / 1_000) }),
      signer,
    );
    return { statement, scopeKey: await encryptTo(keys.encryptionKey, scopeKey, { context }) };
  };

  test('are made each for itself: what is refused has its code and stops nobody else', async () => {
    const signers = [1, 2, 3].map(() => generateEd25519().signer);
    const [one, two, three] = await Promise.all(signers.map(enrolmentOf));
    if (one === undefined || two === undefined || three === undefined) throw new Error('no enrolments');
    const bad = { ...two, scopeKey: three.scopeKey };
    const made = await t.core.patients.enrolAll([one, bad, three, { statement: 'a.b.c', scopeKey: 'x.y.z' }]);
    expect(made.map((each) => ('code' in each ? each.code : each.patientId))).toEqual([
      patientIdOf(signers[0]?.publicKey ?? consent.publicKey, sha256),
      'ENROLMENT_REFUSED',
      patientIdOf(signers[2]?.publicKey ?? consent.publicKey, sha256),
      'ENROLMENT_REFUSED',
    ]);
    // Their keys and chains are there after a restart.
    const { patients } = await t.reopen({ consentKeys: undefined }, async () => undefined);
    expect(patients.list()).toHaveLength(2);
    for (const { patientId } of patients.list())
      expect(patients.keys(patientId).scopeKey()).toEqual(Buffer.from(scopeKey));
  });

  test('that comes again, or twice in one, names the same patients; another registration of theirs is refused', async () => {
    const enrolment = await enrolmentOf(consent);
    t.nowMs += 1_000;
    const another = await enrolmentOf(consent);
    const twice = await t.core.patients.enrolAll([enrolment, enrolment]);
    const again = await t.core.patients.enrolAll([enrolment, another]);
    const [patient] = t.core.patients.list();
    expect([...twice, again[0]]).toEqual([patient, patient, patient]);
    expect(again[1]).toMatchObject({ code: 'PATIENT_EXISTS' });
    expect(t.core.patients.list()).toHaveLength(1);
  });

  test('hold up no frame that comes meanwhile: between two of them everything else has its turn', async () => {
    const verifier = sodiumVerifier();
    let [inTurn, most, isOver] = [0, 0, false];
    const counting: SignatureVerifier = {
      verify: (...of) => {
        most = Math.max(most, ++inTurn);
        return verifier.verify(...of);
      },
    };
    await t.reopen({ consentKeys: undefined, verifier: counting });
    const enrolments = await Promise.all(
      Array.from({ length: 16 }, () => enrolmentOf(generateEd25519().signer)),
    );
    const turn = (): void => {
      inTurn = 0;
      if (!isOver) setImmediate(turn);
    };
    turn();
    expect(await t.core.patients.enrolAll(enrolments)).toHaveLength(16);
    isOver = true;
    expect(most).toBeLessThanOrEqual(4);
  });

  test('write nothing where none is made', async () => {
    const keys = join(t.folder, 'keys.json');
    const before = await stat(keys);
    await t.core.patients.enrolAll([{ statement: 'a.b.c', scopeKey: 'x.y.z' }]);
    expect((await stat(keys)).ino).toBe(before.ino);
  });

  test('whose keys outlived the store keep them, beside newcomers', async () => {
    const enrolment = await enrolmentOf(consent);
    await t.core.patients.enrolAll([enrolment]);
    const { patients } = await t.reopen({ consentKeys: undefined }, async () => {
      for (const file of await readdir(t.folder))
        if (file.startsWith('gateway.db')) await rm(join(t.folder, file));
    });
    const made = await patients.enrolAll([enrolment, await enrolmentOf(generateEd25519().signer)]);
    expect(made.map((each) => 'code' in each)).toEqual([false, false]);
  });
});
