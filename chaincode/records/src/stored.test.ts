import {
  client,
  codeOf,
  newId,
  type TestOrganisation,
  type TestPatient,
} from '@careledger/chaincode-runtime/testing';
import type { StoredRecordState } from '@careledger/contracts';
import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  RecordsScene,
  newHash,
  onCloud,
  recordOf,
  storeByAuthority,
  storeByPatient,
} from './testing/scene.js';

let scene: RecordsScene;
let hospital: TestOrganisation;
let lab: TestOrganisation;
let patient: TestPatient;
beforeEach(async () => {
  ({ scene, hospital, lab, patient } = await RecordsScene.make());
});

const store = (...items: string[]) => scene.codes('StoreRecords', items, onCloud());
const revise = (...items: string[]) => scene.codes('ReviseRecords', items, onCloud());
const list = (filter: object) =>
  scene.ask<{ rows: StoredRecordState[]; bookmark: string }>('ListRecords', filter, onCloud());

describe('storing', () => {
  test('keeps what the statement says and tells who listens', async () => {
    const body = recordOf(patient.id, { scopeTags: [] });
    const statement = patient.sign('storeRecord', body, patient.gateway);
    const { event, txId } = await scene.run('StoreRecords', { items: [statement] }, onCloud());
    const { patientId, recordId } = body;
    expect(event).toEqual({
      name: 'RecordsStored',
      payload: { records: [{ patientId, recordId, version: 1 }] },
    });
    const stored = await scene.ask<StoredRecordState>('GetRecord', { patientId, recordId }, onCloud());
    expect(stored).toEqual({ ...body, author: patientId, storedAt: expect.any(String), txId });
  });

  test('a record that is there already, by another statement, is refused', async () => {
    const recordId = newId('rec');
    expect(await store(storeByPatient(patient, { recordId }))).toEqual(['OK']);
    expect(await store(storeByPatient(patient, { recordId }))).toEqual(['RECORD_EXISTS']);
  });

  test('for another patient, or through a provider that is not named, is refused', async () => {
    const other = await scene.patient();
    const foreign = other.sign('storeRecord', recordOf(patient.id), other.gateway);
    const elsewhere = storeByPatient(patient, { providerId: 'prv_cloud-b' });
    expect(await store(foreign, elsewhere)).toEqual(['AUTHOR_MISMATCH', 'PROVIDER_MISMATCH']);
  });

  test('signed by the consent key is refused: that key decides, it does not write', async () => {
    const statement = patient.sign('storeRecord', recordOf(patient.id), patient.consent);
    expect(await store(statement)).toEqual(['STATEMENT_KEY_UNKNOWN']);
  });

  test('two authorities’ statements with one id in one batch do not undo each other', async () => {
    const other = await scene.patient();
    for (const each of [patient, other])
      await scene.codes('Grant', [each.grant(hospital.id, { permissions: ['write'] })]);
    const first = storeByAuthority(hospital, patient, {}, { sid: 'AAAAAAAAAAAAAAAAAAAAAA' });
    const second = storeByAuthority(hospital, other, {}, { sid: 'AAAAAAAAAAAAAAAAAAAAAA' });
    expect(await store(first, second)).toEqual(['OK', 'BATCH_DUPLICATE_SUBJECT']);
    expect(await store(second)).toEqual(['STATEMENT_ID_REUSED']);
  });

  test('of two patients at once does not conflict', async () => {
    const other = await scene.patient();
    const propose = (each: TestPatient) =>
      scene.propose('StoreRecords', { items: [storeByPatient(each)] }, onCloud());
    const [a, b] = [await propose(patient), await propose(other)];
    expect([scene.commit(a), scene.commit(b)]).toEqual(['VALID', 'VALID']);
  });

  test('asks access-control once for a whole batch of patients', async () => {
    const patients = [patient, await scene.patient(), await scene.patient()];
    const items = patients.map((each) => storeByPatient(each));
    const { calls } = await scene.propose('StoreRecords', { items }, onCloud());
    expect(calls).toEqual([
      'records.StoreRecords',
      'access-control.OwnOrganisation',
      'access-control.FindSigners',
    ]);
    expect(await store(...items)).toEqual(['OK', 'OK', 'OK']);
  });
});

describe('an authority', () => {
  test('writes only where it was granted', async () => {
    expect(await store(storeByAuthority(hospital, patient))).toEqual(['NO_GRANT']);
    await scene.codes('Grant', [patient.grant(hospital.id, { permissions: ['read'] })]);
    expect(await store(storeByAuthority(hospital, patient))).toEqual(['PERMISSION_NOT_GRANTED']);
    await scene.codes('Grant', [patient.grant(hospital.id, { permissions: ['write'] })]);
    expect(await store(storeByAuthority(hospital, patient))).toEqual(['OK']);
  });

  test('that was revoked meanwhile does not write: the batch that overlooked it fails to commit', async () => {
    await scene.codes('Grant', [patient.grant(hospital.id, { permissions: ['write'] })]);
    const items = [storeByAuthority(hospital, patient)];
    const overtaken = await scene.propose('StoreRecords', { items }, onCloud());
    await scene.codes('Revoke', [patient.revokeAll()]);
    expect(scene.commit(overtaken)).toBe('MVCC_READ_CONFLICT');
  });

  test('writes for no stranger', async () => {
    const stranger = scene.newPatient();
    expect(await store(storeByAuthority(hospital, stranger))).toEqual(['PATIENT_UNKNOWN']);
  });
});

describe('revising', () => {
  test('links versions; a wrong number, a wrong link or a fork of them is refused', async () => {
    const first = recordOf(patient.id);
    await store(patient.sign('storeRecord', first, patient.gateway));
    const next = { recordId: first.recordId, version: 2, prevVersionHash: first.manifestHash };
    const wrongLink = storeByPatient(patient, { ...next, prevVersionHash: newHash() });
    const skipped = storeByPatient(patient, { ...next, version: 3 });
    const unknown = storeByPatient(patient, { ...next, recordId: newId('rec') });
    expect(await revise(wrongLink)).toEqual(['VERSION_CONFLICT']);
    expect(await revise(skipped)).toEqual(['VERSION_CONFLICT']);
    expect(await revise(unknown)).toEqual(['RECORD_UNKNOWN']);
    expect(await store(storeByPatient(patient, next))).toEqual(['VERSION_CONFLICT']);
    expect(await revise(storeByPatient(patient, next))).toEqual(['OK']);
    expect(await revise(storeByPatient(patient, next))).toEqual(['VERSION_CONFLICT']);
    const args = { patientId: patient.id, recordId: first.recordId };
    const { versions } = await scene.ask<{ versions: StoredRecordState[] }>('RecordHistory', args, onCloud());
    expect(versions.map(({ version }) => version)).toEqual([1, 2]);
    const old = await scene.ask<StoredRecordState>('GetRecord', { ...args, version: 1 }, onCloud());
    expect(old.manifestHash).toBe(first.manifestHash);
  });

  test('another’s record needs the right to modify; the author needs none', async () => {
    await scene.codes('Grant', [patient.grant(hospital.id, { permissions: ['write'] })]);
    const first = recordOf(patient.id);
    await store(hospital.sign('storeRecord', first, hospital.signer));
    await scene.codes('Revoke', [patient.revokeAll()]);
    const next = { recordId: first.recordId, version: 2, prevVersionHash: first.manifestHash };
    expect(await revise(storeByAuthority(lab, patient, next))).toEqual(['NO_GRANT']);
    expect(await revise(storeByPatient(patient, next))).toEqual(['AUTHOR_MISMATCH']);
    const second = recordOf(patient.id, next);
    expect(await revise(hospital.sign('storeRecord', second, hospital.signer))).toEqual(['OK']);
    await scene.codes('Grant', [patient.grant(lab.id, { permissions: ['modify'] })]);
    const third = { recordId: first.recordId, version: 3, prevVersionHash: second.manifestHash };
    expect(await revise(storeByAuthority(lab, patient, third))).toEqual(['OK']);
  });
});

describe('listing', () => {
  test('finds by patient, author, kind and time, page by page, the newest version of each', async () => {
    await scene.codes('Grant', [patient.grant(hospital.id, { permissions: ['write'] })]);
    const hour = (h: number) => `2026-03-01T${String(h).padStart(2, '0')}:00:00Z`;
    const bodies = [9, 3, 6].map((h) =>
      recordOf(patient.id, {
        period: { start: hour(h), end: hour(h + 1) },
        kind: h === 6 ? 'emergency' : 'periodic',
      }),
    );
    for (const body of bodies) await store(patient.sign('storeRecord', body, patient.gateway));
    const clinical = recordOf(patient.id, { kind: 'clinical', period: { start: hour(12), end: hour(13) } });
    await store(hospital.sign('storeRecord', clinical, hospital.signer));
    const [nine, three, six] = bodies;
    const idsOf = async (filter: object) => (await list(filter)).rows.map(({ recordId }) => recordId);
    const patientId = patient.id;
    expect(await idsOf({ patientId })).toEqual([three, six, nine, clinical].map((body) => body?.recordId));
    expect(await idsOf({ patientId, kind: 'emergency' })).toEqual([six?.recordId]);
    expect(await idsOf({ patientId, from: hour(6), to: '2026-03-01T09:00:00.000Z' })).toEqual([
      six?.recordId,
    ]);
    expect(await idsOf({ authorityId: hospital.id })).toEqual([clinical.recordId]);
    expect(await idsOf({ authorityId: hospital.id, kind: 'periodic' })).toEqual([]);
    expect(await idsOf({ patientId, authorityId: hospital.id })).toEqual([clinical.recordId]);
    const first = await list({ patientId, pageSize: 3 });
    const second = await list({ patientId, pageSize: 3, bookmark: first.bookmark });
    expect(second.rows.map(({ recordId }) => recordId)).toEqual([clinical.recordId]);
    expect(second.bookmark).toBe('');
  });

  test('shows a revision that moved the period once, under its new time', async () => {
    const first = recordOf(patient.id);
    await store(patient.sign('storeRecord', first, patient.gateway));
    const period = { start: '2026-03-01T09:00:00Z', end: '2026-03-01T11:00:00Z' };
    const next = { recordId: first.recordId, version: 2, prevVersionHash: first.manifestHash, period };
    await revise(storeByPatient(patient, next));
    const { rows } = await list({ patientId: patient.id });
    expect(rows.map(({ version, period: { start } }) => [version, start])).toEqual([[2, period.start]]);
  });

  test('a bookmark that was made up, or names another patient, leads nowhere', async () => {
    const call = list({ patientId: patient.id, bookmark: 'made up' });
    expect(await codeOf(call)).toBe('PAGE_TOKEN_INVALID');
    expect(await codeOf(list({ patientId: patient.id, bookmark: 'bnVsbA' }))).toBe('PAGE_TOKEN_INVALID');
    expect(await codeOf(list({}))).toBe('ARGUMENT_INVALID');
  });
});

test('a client of an organisation without a provider stores nothing', async () => {
  const items = [storeByPatient(patient)];
  const call = scene.run('StoreRecords', { items }, onCloud({ caller: client('PatientsMSP') }));
  expect(await codeOf(call)).toBe('CALLER_REFUSED');
});
