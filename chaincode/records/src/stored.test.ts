import {
  client,
  codeOf,
  newRecord,
  type TestOrganisation,
  type TestPatient,
} from '@careledger/chaincode-runtime/testing';
import {
  SCOPE_TAGS_MAX,
  TAG_GROUPS_MAX,
  type StatementBody,
  type StoredRecordState,
} from '@careledger/contracts';
import { randomId128 } from '@careledger/crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  RecordsFixture,
  newHash,
  nextOf,
  onCloud,
  recordOf,
  storeByAuthority,
  storeByPatient,
} from '../testing/fixture.js';

let fixture: RecordsFixture;
let hospital: TestOrganisation;
let lab: TestOrganisation;
let patient: TestPatient;
beforeEach(async () => {
  ({ fixture, hospital, lab, patient } = await RecordsFixture.make());
});

const store = (...items: string[]) => fixture.codes('StoreRecords', items, onCloud());
const revise = (...items: string[]) => fixture.codes('ReviseRecords', items, onCloud());
const list = (filter: object) =>
  fixture.ask<{ rows: StoredRecordState[]; bookmark: string }>('ListRecords', filter, onCloud());

describe('storing', () => {
  test('keeps what the statement says and tells who listens', async () => {
    const body = recordOf(patient.id, { tagGroups: [[randomId128()]] });
    const statement = patient.sign('storeRecord', body, patient.gateway);
    const { event, txId } = await fixture.run('StoreRecords', { items: [statement] }, onCloud());
    const { patientId, recordId } = body;
    expect(event).toEqual({
      name: 'RecordsStored',
      payload: { records: [{ patientId, recordId, version: 1 }] },
    });
    const stored = await fixture.ask<StoredRecordState>('GetRecord', { patientId, recordId }, onCloud());
    expect(stored).toEqual({ ...body, author: patientId, storedAt: expect.any(String), txId });
  });

  test('a record that is there already, by another statement, is refused', async () => {
    const record = newRecord(patient.id);
    expect(await store(storeByPatient(patient, record))).toEqual(['OK']);
    expect(await store(storeByPatient(patient, record))).toEqual(['RECORD_EXISTS']);
  });

  test('a grantee that saw the id of an emergency does not store under it before the patient does', async () => {
    await fixture.codes('Grant', [patient.grant(hospital.id, { permissions: ['write'] })]);
    const record = newRecord(patient.id);
    expect(await store(storeByAuthority(hospital, patient, record))).toEqual(['RECORD_ID_MISMATCH']);
    expect(await store(storeByPatient(patient, { ...record, kind: 'emergency' }))).toEqual(['OK']);
  });

  test('a record under an id that its seed does not give, or gives for another patient, is refused', async () => {
    const other = await fixture.patient();
    const { recordId, seed } = newRecord(patient.id);
    expect(await store(storeByPatient(patient, { recordId, seed: newHash() }))).toEqual([
      'RECORD_ID_MISMATCH',
    ]);
    expect(await store(storeByPatient(other, { recordId, seed }))).toEqual(['RECORD_ID_MISMATCH']);
  });

  test('an authority that may write stores no emergency, and a patient no clinician’s record', async () => {
    await fixture.codes('Grant', [patient.grant(hospital.id, { permissions: ['write'] })]);
    for (const kind of ['emergency', 'periodic', 'detail'] as const)
      expect(await store(storeByAuthority(hospital, patient, { kind }))).toEqual(['AUTHOR_MISMATCH']);
    expect(await store(storeByPatient(patient, { kind: 'clinical' }))).toEqual(['AUTHOR_MISMATCH']);
  });

  test('more tags or groups than a record may have are refused, not cut', async () => {
    const group = Array.from({ length: SCOPE_TAGS_MAX + 1 }, () => randomId128());
    const groups = Array.from({ length: TAG_GROUPS_MAX + 1 }, () => [randomId128()]);
    for (const tagGroups of [[group], groups, [[]]])
      expect(await store(storeByPatient(patient, { tagGroups }))).toEqual(['STATEMENT_MALFORMED']);
  });

  test('for another patient, or through a provider that is not named, is refused', async () => {
    const other = await fixture.patient();
    const foreign = other.sign('storeRecord', recordOf(patient.id), other.gateway);
    const elsewhere = storeByPatient(patient, { providerId: 'prv_cloud-b' });
    expect(await store(foreign, elsewhere)).toEqual(['AUTHOR_MISMATCH', 'PROVIDER_MISMATCH']);
  });

  test('signed by the consent key is refused: that key decides, it does not write', async () => {
    const statement = patient.sign('storeRecord', recordOf(patient.id), patient.consent);
    expect(await store(statement)).toEqual(['STATEMENT_KEY_UNKNOWN']);
  });

  test('two authorities’ statements with one id in one batch do not undo each other', async () => {
    const other = await fixture.patient();
    for (const each of [patient, other])
      await fixture.codes('Grant', [each.grant(hospital.id, { permissions: ['write'] })]);
    const first = storeByAuthority(hospital, patient, {}, { sid: 'AAAAAAAAAAAAAAAAAAAAAA' });
    const second = storeByAuthority(hospital, other, {}, { sid: 'AAAAAAAAAAAAAAAAAAAAAA' });
    expect(await store(first, second)).toEqual(['OK', 'BATCH_DUPLICATE_SUBJECT']);
    expect(await store(second)).toEqual(['STATEMENT_ID_REUSED']);
  });

  test('of two patients at once does not conflict', async () => {
    const other = await fixture.patient();
    const propose = (each: TestPatient) =>
      fixture.propose('StoreRecords', { items: [storeByPatient(each)] }, onCloud());
    const [a, b] = [await propose(patient), await propose(other)];
    expect([fixture.commit(a), fixture.commit(b)]).toEqual(['VALID', 'VALID']);
  });

  test('asks access-control once for a whole batch of patients', async () => {
    const patients = [patient, await fixture.patient(), await fixture.patient()];
    const items = patients.map((each) => storeByPatient(each));
    const { calls } = await fixture.propose('StoreRecords', { items }, onCloud());
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
    await fixture.codes('Grant', [patient.grant(hospital.id, { permissions: ['read'] })]);
    expect(await store(storeByAuthority(hospital, patient))).toEqual(['PERMISSION_NOT_GRANTED']);
    await fixture.codes('Grant', [patient.grant(hospital.id, { permissions: ['write'] })]);
    expect(await store(storeByAuthority(hospital, patient))).toEqual(['OK']);
  });

  test('that was revoked meanwhile does not write: the batch that overlooked it fails to commit', async () => {
    await fixture.codes('Grant', [patient.grant(hospital.id, { permissions: ['write'] })]);
    const items = [storeByAuthority(hospital, patient)];
    const overtaken = await fixture.propose('StoreRecords', { items }, onCloud());
    await fixture.codes('Revoke', [patient.revokeAll()]);
    expect(fixture.commit(overtaken)).toBe('MVCC_READ_CONFLICT');
  });

  test('writes for no stranger', async () => {
    const stranger = fixture.newPatient();
    expect(await store(storeByAuthority(hospital, stranger))).toEqual(['PATIENT_UNKNOWN']);
  });
});

describe('revising', () => {
  const byPatient = (body: StatementBody<'storeRecord'>) =>
    patient.sign('storeRecord', body, patient.gateway);
  const by = (authority: TestOrganisation, body: StatementBody<'storeRecord'>) =>
    authority.sign('storeRecord', body, authority.signer);

  test('links versions; a wrong number, a wrong link or a fork of them is refused', async () => {
    const first = recordOf(patient.id);
    await store(byPatient(first));
    const next = nextOf(first);
    expect(await revise(byPatient({ ...next, prevVersionHash: newHash() }))).toEqual(['VERSION_CONFLICT']);
    expect(await revise(byPatient({ ...next, version: 3 }))).toEqual(['VERSION_CONFLICT']);
    expect(await revise(byPatient(nextOf(recordOf(patient.id))))).toEqual(['RECORD_UNKNOWN']);
    expect(await revise(byPatient(recordOf(patient.id)))).toEqual(['VERSION_CONFLICT']);
    expect(await store(byPatient(next))).toEqual(['VERSION_CONFLICT']);
    expect(await revise(byPatient(next))).toEqual(['OK']);
    expect(await revise(byPatient(nextOf(first)))).toEqual(['VERSION_CONFLICT']);
    const args = { patientId: patient.id, recordId: first.recordId };
    const { rows } = await fixture.ask<{ rows: StoredRecordState[] }>('RecordHistory', args, onCloud());
    expect(rows.map(({ version }) => version)).toEqual([1, 2]);
    const old = await fixture.ask<StoredRecordState>('GetRecord', { ...args, version: 1 }, onCloud());
    expect(old.manifestHash).toBe(first.manifestHash);
  });

  test('another’s record needs the right to modify; the author needs none', async () => {
    await fixture.codes('Grant', [patient.grant(hospital.id, { permissions: ['write'] })]);
    const first = recordOf(patient.id, {}, hospital.id);
    await store(by(hospital, first));
    await fixture.codes('Revoke', [patient.revokeAll()]);
    const second = nextOf(first);
    expect(await revise(by(lab, second))).toEqual(['NO_GRANT']);
    expect(await revise(by(hospital, second))).toEqual(['OK']);
    await fixture.codes('Grant', [patient.grant(lab.id, { permissions: ['modify'] })]);
    expect(await revise(by(lab, nextOf(second)))).toEqual(['OK']);
  });

  test('a laboratory’s record is not taken over by declaring that it holds vital signs', async () => {
    const [vital, laboratory] = [randomId128(), randomId128()];
    await fixture.codes('Grant', [
      patient.grant(lab.id, { permissions: ['write'], scopeTags: [laboratory, vital] }),
    ]);
    await fixture.codes('Grant', [
      patient.grant(hospital.id, { permissions: ['modify'], scopeTags: [vital] }),
    ]);
    const results = recordOf(patient.id, { tagGroups: [[laboratory]] }, lab.id);
    const signs = recordOf(patient.id, { tagGroups: [[vital]] }, lab.id);
    expect(await store(by(lab, results))).toEqual(['OK']);
    expect(await store(by(lab, signs))).toEqual(['OK']);
    const declared = nextOf(results, { tagGroups: [[vital]] });
    expect(await revise(by(hospital, declared))).toEqual(['SCOPE_NOT_GRANTED']);
    expect(await revise(by(hospital, nextOf(signs, { tagGroups: [[laboratory]] })))).toEqual([
      'SCOPE_NOT_GRANTED',
    ]);
    expect(await revise(by(hospital, nextOf(signs)))).toEqual(['OK']);
  });

  test('under an exception does not reach what its author alone says to be something else', async () => {
    const [vital, laboratory] = [randomId128(), randomId128()];
    await fixture.codes('Grant', [patient.grant(lab.id, { permissions: ['write'] })]);
    await fixture.codes('Grant', [patient.grant(hospital.id, { permissions: ['modify'] })]);
    const first = recordOf(patient.id, { tagGroups: [[vital]] }, lab.id);
    await store(by(lab, first));
    await fixture.codes('Grant', [
      patient.grant(hospital.id, { effect: 'deny', permissions: ['modify'], scopeTags: [laboratory] }),
    ]);
    expect(await revise(by(hospital, nextOf(first)))).toEqual(['SCOPE_UNCONFIRMED']);
    expect(await revise(by(lab, nextOf(first)))).toEqual(['OK']);
  });

  test('does not change the kind of a record', async () => {
    const first = recordOf(patient.id);
    await store(byPatient(first));
    expect(await revise(byPatient(nextOf(first, { kind: 'emergency' })))).toEqual(['RECORD_KIND_CHANGED']);
    // Nor do single values come under what was granted without them.
    const values = recordOf(patient.id, { kind: 'detail' });
    await store(byPatient(values));
    expect(await revise(byPatient(nextOf(values, { kind: 'periodic' })))).toEqual(['RECORD_KIND_CHANGED']);
    expect(await revise(byPatient(nextOf(first, { kind: 'detail' })))).toEqual(['RECORD_KIND_CHANGED']);
  });

  test('a patient’s record is not an authority’s to revise, nor the other way round, whatever the kind says', async () => {
    await fixture.codes('Grant', [patient.grant(hospital.id, { permissions: ['write', 'modify'] })]);
    const periodic = recordOf(patient.id);
    const clinical = recordOf(patient.id, {}, hospital.id);
    await store(byPatient(periodic));
    await store(by(hospital, clinical));
    for (const kind of ['periodic', 'clinical', 'detail'] as const) {
      expect(await revise(by(hospital, nextOf(periodic, { kind })))).toEqual(['AUTHOR_MISMATCH']);
      expect(await revise(byPatient(nextOf(clinical, { kind })))).toEqual(['AUTHOR_MISMATCH']);
    }
  });

  test('keeps the id: another seed, or the seed of a record of the reviser’s own, is refused', async () => {
    await fixture.codes('Grant', [patient.grant(hospital.id, { permissions: ['write'] })]);
    await fixture.codes('Grant', [patient.grant(lab.id, { permissions: ['modify'] })]);
    const first = recordOf(patient.id, {}, hospital.id);
    await store(by(hospital, first));
    const { seed } = newRecord(patient.id, lab.id);
    expect(await revise(by(lab, nextOf(first, { seed })))).toEqual(['RECORD_ID_MISMATCH']);
    expect(await revise(by(lab, nextOf(first)))).toEqual(['OK']);
  });
});

describe('listing', () => {
  test('finds by patient, author, kind and time, page by page, the newest version of each', async () => {
    await fixture.codes('Grant', [patient.grant(hospital.id, { permissions: ['write'] })]);
    const hour = (h: number) => `2026-03-01T${String(h).padStart(2, '0')}:00:00Z`;
    const bodies = [9, 3, 6].map((h) =>
      recordOf(patient.id, {
        period: { start: hour(h), end: hour(h + 1) },
        kind: h === 6 ? 'emergency' : 'periodic',
      }),
    );
    for (const body of bodies) await store(patient.sign('storeRecord', body, patient.gateway));
    const clinical = recordOf(patient.id, { period: { start: hour(12), end: hour(13) } }, hospital.id);
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
    await revise(patient.sign('storeRecord', nextOf(first, { period }), patient.gateway));
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
  const call = fixture.run('StoreRecords', { items }, onCloud({ caller: client('PatientsMSP') }));
  expect(await codeOf(call)).toBe('CALLER_REFUSED');
});
