import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { decisionStatement } from '@careledger/consent';
import { parseJws, toBase64url } from '@careledger/crypto';
import { makeStatement } from '@careledger/statements';
import { PASSPHRASE } from '../../testing/open-core.js';
import { gatewayKeyProof } from '../patients/registration.js';
import { DeliveryFixture } from '../../testing/delivery-fixture.js';
import type { Patient } from '../patients/index.js';

let fixture: DeliveryFixture;
beforeEach(async () => {
  fixture = await DeliveryFixture.open();
});
afterEach(() => fixture[Symbol.asyncDispose]());

describe('killed between two stages', () => {
  test('after the provider stored and before its receipt was kept: the same bytes again, stored once', async () => {
    const [provider, other] = fixture.providers;
    provider.behaviour = other.behaviour = 'loses-answer';
    const versionId = await fixture.make(await fixture.patient(), 'periodic');
    await fixture.until(() => provider.arrived.length > 0);
    const { statement } = fixture.ledger.get(versionId) ?? { statement: '' };
    provider.behaviour = other.behaviour = 'answers';
    await fixture.restart();
    await fixture.drained();
    expect(fixture.ledger.get(versionId)?.statement).toBe(statement);
    expect(fixture.announcedIds).toEqual([versionId]);
  });

  test('after the ledger took the announcement and before that was noted: announced once', async () => {
    fixture.losesAnnouncements = true;
    const versionId = await fixture.make(await fixture.patient(), 'emergency');
    await fixture.until(() => fixture.announced.size > 0);
    fixture.losesAnnouncements = false;
    await fixture.restart();
    await fixture.drained();
    expect(fixture.announcedIds).toEqual([versionId]);
    expect(fixture.version(versionId)).toMatchObject({ stage: 'announced' });
  });

  test('with a backlog half way: everything arrives once, in order', async () => {
    const patient = await fixture.patient();
    const versionIds = [];
    for (let n = 0; n < 12; n++) versionIds.push(await fixture.make(patient, 'periodic'));
    for (let kills = 0; kills < 3; kills++) {
      const before = fixture.announced.size;
      await fixture.until(() => fixture.announced.size > before || fixture.versions.open().length === 0);
      await fixture.restart();
    }
    await fixture.drained();
    expect(fixture.announcedIds).toEqual(versionIds);
  });
});

/** The patient appoints another gateway key, and the chain has it. */
async function rekey(patient: Patient): Promise<string> {
  const { core } = fixture.testCore;
  const { patientId } = patient;
  const { chain } = core.patients.get(patientId);
  const signer = await core.patients.keys(patientId).stageGateway();
  const newKey = toBase64url(signer.publicKey);
  const newKeyProof = gatewayKeyProof({ patientId, network: 'devnet', gateway: signer, nowMs: Date.now() });
  const about = { patientId, networkId: 'devnet', body: { use: 'gateway' as const, newKey, newKeyProof } };
  const statement = makeStatement(
    decisionStatement('rotatePatientKey', about),
    await core.patients.unlockConsent(patientId, PASSPHRASE),
  );
  const { consentKey } = chain.state;
  await core.rekey(patientId, { consentKey, gatewayKey: newKey, statements: [statement] }, signer);
  await core.patients.keys(patientId).completeGateway();
  return signer.kid;
}
const signerOf = (jws: string | null | undefined): unknown => parseJws(jws ?? '').header['kid'];

describe('what a gateway key signed that was rotated away', () => {
  test('and no provider has taken: statement and wraps are signed anew, the record stays the same', async () => {
    const [provider, other] = fixture.providers;
    await other.stop();
    provider.behaviour = 'refuses';
    const patient = await fixture.patient();
    const versionId = await fixture.make(patient, 'emergency');
    await fixture.until(() => provider.arrived.length > 0);
    const { manifest, wraps } = fixture.version(versionId);
    const kid = await rekey(patient);
    provider.behaviour = 'answers';
    await fixture.drained();
    expect(signerOf(fixture.ledger.get(versionId)?.statement)).toBe(kid);
    const taken = provider.requests.get(versionId);
    expect(taken).toMatchObject({ manifest, wraps });
    expect(signerOf(taken?.wrapSet)).toBe(kid);
    expect(fixture.announcedIds).toEqual([versionId]);
  });

  test('and the ledger has not taken: the announcement is signed anew', async () => {
    fixture.notYet = Number.MAX_SAFE_INTEGER;
    const patient = await fixture.patient();
    const versionId = await fixture.make(patient, 'emergency');
    await fixture.until(() => fixture.version(versionId).stage === 'stored');
    const former = signerOf(fixture.version(versionId).announceStatement);
    const kid = await rekey(patient);
    expect(kid).not.toBe(former);
    fixture.notYet = 0;
    await fixture.drained();
    expect(signerOf(fixture.version(versionId).announceStatement)).toBe(kid);
    expect(fixture.announcedIds).toEqual([versionId]);
  });
});

test('a patient’s records are stored and announced in their order, whatever fails on the way', async () => {
  const [provider] = fixture.providers;
  await fixture.providers[1].stop();
  const patient = await fixture.patient();
  provider.behaviour = 'refuses';
  const versionIds = [];
  for (let n = 0; n < 5; n++) versionIds.push(await fixture.make(patient, 'periodic'));
  await fixture.until(() => provider.arrived.length >= 2);
  provider.behaviour = 'answers';
  await fixture.drained();
  expect([...new Set(provider.arrived)]).toEqual(versionIds);
  expect(fixture.announcedIds).toEqual(versionIds);
});

test('an emergency overtakes the backlog of its own patient and of everybody else', async () => {
  const [provider] = fixture.providers;
  provider.delayMs = 500;
  const patients = [];
  for (let n = 0; n < 8; n++) patients.push(await fixture.patient());
  const backlog = [];
  for (const patient of patients)
    for (let n = 0; n < 8; n++) backlog.push(await fixture.make(patient, 'periodic'));
  const [first] = patients;
  provider.delayMs = 5;
  const emergency = first && (await fixture.make(first, 'emergency'));
  await fixture.drained();
  const index = fixture.announcedIds.indexOf(emergency ?? '');
  expect(fixture.announcedIds).toHaveLength(backlog.length + 1);
  // What was on its way or done when it came may be ahead of it, the rest is not.
  const waiting = fixture.announcedIds.length - 1 - index;
  expect(waiting).toBeGreaterThan(backlog.length / 4);
});

test('what is measured now does not wait for the single values of a year, of its own patient either', async () => {
  const [provider] = fixture.providers;
  provider.delayMs = 20;
  const patient = await fixture.patient();
  const values = [];
  for (let n = 0; n < 24; n++) values.push(await fixture.make(patient, 'periodic', 'detail'));
  const now = await fixture.make(patient, 'periodic');
  await fixture.drained();
  expect(fixture.announcedIds.filter((id) => id !== now)).toEqual(values);
  expect(fixture.announcedIds.indexOf(now)).toBeLessThan(values.length / 2);
});

describe('records of many patients at once', () => {
  const makeForMany = async (count: number): Promise<string[]> => {
    const patients = [];
    for (let n = 0; n < count; n++) patients.push(await fixture.patient());
    const versionIds = [];
    for (const patient of patients) versionIds.push(await fixture.make(patient, 'periodic'));
    return versionIds;
  };

  test('share requests, in the order of each patient', async () => {
    const [provider] = fixture.providers;
    provider.delayMs = 20;
    const versionIds = await makeForMany(12);
    await fixture.drained();
    expect([...fixture.ledger.keys()].sort()).toEqual([...versionIds].sort());
    expect(provider.batches.reduce((sum, count) => sum + count, 0)).toBe(12);
    expect(Math.max(...provider.batches)).toBeGreaterThan(4);
  });

  test('and one that no provider can read: that one alone is refused, with its code', async () => {
    // Long enough to say which one that is before any of them is looked at.
    for (const each of fixture.providers) each.delayMs = 300;
    const versionIds = await makeForMany(6);
    const bad = versionIds.pop() ?? '';
    for (const each of fixture.providers) each.unreadable.add(bad);
    await fixture.drained();
    expect([...fixture.ledger.keys()].sort()).toEqual(versionIds.toSorted());
    expect(fixture.version(bad)).toMatchObject({ stage: 'refused', refusal: 'VALIDATION_FAILED' });
    expect(fixture.announcedIds.toSorted()).toEqual(versionIds.toSorted());
    expect(Math.max(...fixture.providers[0].batches)).toBeGreaterThan(1);
  });

  test('whose answer is lost arrive once, whichever of them the ledger has', async () => {
    const [provider, other] = fixture.providers;
    await other.stop();
    provider.behaviour = 'loses-answer';
    const versionIds = await makeForMany(8);
    await fixture.until(() => fixture.ledger.size > 0);
    await fixture.restart();
    provider.behaviour = 'answers';
    await fixture.drained();
    expect(fixture.announcedIds.toSorted()).toEqual(versionIds.toSorted());
  });

  test('hold up no emergency: it goes by itself while their request is on its way', async () => {
    const [provider] = fixture.providers;
    const endangered = await fixture.patient();
    const { promise, resolve: letGo } = Promise.withResolvers<void>();
    provider.batchesHeld = promise;
    const periodic = await makeForMany(6);
    await fixture.until(() => provider.heldBatches > 0);
    const emergency = await fixture.make(endangered, 'emergency');
    await fixture.until(() => fixture.ledger.has(emergency));
    expect([...fixture.ledger.keys()]).toEqual([emergency]);
    expect(provider.batches).toEqual([]);
    letGo();
    await fixture.drained();
    expect(fixture.ledger.size).toBe(periodic.length + 1);
  });
});

describe('a provider that is away', () => {
  test('is replaced by the next one, with a statement of its own', async () => {
    await fixture.providers[0].stop();
    const versionId = await fixture.make(await fixture.patient(), 'periodic');
    await fixture.drained();
    expect(fixture.ledger.get(versionId)?.providerId).toBe('prv_cloud-b');
    expect(fixture.announced.size).toBe(1);
  });

  test('and had stored after all: its receipt is asked for, and no second copy counts', async () => {
    const [first, second] = fixture.providers;
    first.behaviour = 'loses-answer';
    second.delayMs = 200;
    const versionId = await fixture.make(await fixture.patient(), 'periodic');
    // The second refuses with RECORD_EXISTS, since the ledger has the first one's statement.
    await fixture.until(() => fixture.ledger.has(versionId));
    first.behaviour = 'answers';
    await fixture.drained();
    expect(fixture.ledger.get(versionId)?.providerId).toBe('prv_cloud-a');
    expect(fixture.version(versionId)).toMatchObject({ providerId: 'prv_cloud-a', stage: 'announced' });
    expect(fixture.version(versionId).receipt).not.toBeNull();
    expect(fixture.announced.size).toBe(1);
  });

  test('and had stored after all, and is away for good: the ledger’s entry holds up nothing', async () => {
    const [first] = fixture.providers;
    first.behaviour = 'loses-answer';
    const patient = await fixture.patient();
    const versionId = await fixture.make(patient, 'emergency');
    await fixture.until(() => fixture.ledger.has(versionId));
    await first.stop();
    const next = await fixture.make(patient, 'emergency');
    await fixture.drained();
    expect(fixture.announcedIds).toEqual([versionId, next]);
    expect(fixture.version(versionId)).toMatchObject({ providerId: 'prv_cloud-a', receipt: null });
    expect(fixture.version(next)).toMatchObject({ providerId: 'prv_cloud-b' });
  });
});

test('a record that is refused for good does not hold up the next one, and says why', async () => {
  const patient = await fixture.patient();
  const refused = await held(patient, (versionId, stranger) => fixture.storeOther(versionId, stranger));
  const next = await fixture.make(patient, 'periodic');
  await fixture.until(() => fixture.announcedIds.includes(next));
  expect(fixture.announcedIds).not.toContain(refused);
  expect(fixture.version(refused)).toMatchObject({ stage: 'refused', refusal: 'RECORD_FOREIGN' });
});

test('a version whose predecessor is not announced waits, however often it is told so, and is not given up', async () => {
  const patient = await fixture.patient();
  fixture.notYet = 3;
  const versionId = await fixture.make(patient, 'periodic');
  const next = await fixture.make(patient, 'periodic');
  await fixture.drained();
  expect(fixture.announcedIds).toEqual([versionId, next]);
  expect(fixture.version(versionId)).toMatchObject({ stage: 'announced', refusal: null });
});

/** Makes a record whose place on the ledgers is taken before a provider takes it. */
async function held(
  patient: Patient,
  take: (versionId: string, stranger: Patient) => void,
  taker?: Patient,
): Promise<string> {
  const stranger = taker ?? (await fixture.patient());
  for (const provider of fixture.providers) provider.behaviour = 'refuses';
  const versionId = await fixture.make(patient, 'periodic');
  take(versionId, stranger);
  for (const provider of fixture.providers) provider.behaviour = 'answers';
  return versionId;
}

describe('nobody’s word', () => {
  test('somebody who saw the id announces it first: RECORD_EXISTS is not taken for our announcement', async () => {
    const versionId = await held(await fixture.patient(), (taken, stranger) =>
      fixture.announceOther(taken, stranger),
    );
    await fixture.drained();
    expect(fixture.version(versionId)).toMatchObject({
      stage: 'refused',
      refusal: 'RECORD_FOREIGN',
      announceTx: null,
    });
  });

  test('announced by a statement that a restored backup has forgotten: it stands, by its own transaction', async () => {
    const patient = await fixture.patient();
    const versionId = await held(
      patient,
      (taken) => fixture.announceOther(taken, patient, fixture.version(taken).manifestHash),
      patient,
    );
    await fixture.drained();
    const [announced] = [...fixture.announced.values()];
    expect(fixture.version(versionId)).toMatchObject({ stage: 'announced', announceTx: announced?.txId });
  });

  test('a version that a restored backup has forgotten is taken over, announced as it stands, and revised', async () => {
    const patient = await fixture.patient();
    const versionId = await held(patient, (taken) => fixture.storeOther(taken, patient), patient);
    await fixture.drained();
    const [announced] = [...fixture.announced.values()];
    expect(fixture.version(versionId)).toMatchObject({
      stage: 'announced',
      manifestHash: announced?.manifestHash,
      storeTx: announced?.storeTxId,
    });
    expect(announced?.manifestHash).not.toBe(fixture.madeAgain[0]?.manifestHash);
    expect(fixture.madeAgain.map(({ recordId }) => `${recordId} 1`)).toEqual([versionId]);
  });

  test('a provider that holds our version by a forgotten statement says RECORD_EXISTS: it is ours all the same', async () => {
    const patient = await fixture.patient();
    const versionId = await held(patient, (taken) => fixture.storeAgain(taken, patient), patient);
    await fixture.drained();
    expect(fixture.version(versionId)).toMatchObject({ stage: 'announced', providerId: 'prv_cloud-a' });
  });

  test('a receipt that the provider has not signed is none: the ledger is asked', async () => {
    fixture.providers[0].behaviour = 'signs-with-another-key';
    const versionId = await fixture.make(await fixture.patient(), 'periodic');
    await fixture.drained();
    expect(fixture.version(versionId)).toMatchObject({
      stage: 'announced',
      providerId: 'prv_cloud-a',
      receipt: null,
    });
  });

  test('a provider that lies about a refusal does not make the gateway give a record up', async () => {
    fixture.providers[0].behaviour = 'says-it-was-refused';
    const versionId = await fixture.make(await fixture.patient(), 'periodic');
    await fixture.drained();
    expect(fixture.version(versionId)).toMatchObject({ stage: 'announced', providerId: 'prv_cloud-b' });
  });

  test('what every provider says is final: the record is given up, and says why', async () => {
    for (const provider of fixture.providers) provider.behaviour = 'says-it-was-refused';
    const versionId = await fixture.make(await fixture.patient(), 'periodic');
    await fixture.drained();
    expect(fixture.version(versionId)).toMatchObject({ stage: 'refused', refusal: 'AUTHOR_MISMATCH' });
  });
});
