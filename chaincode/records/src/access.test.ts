import {
  TestOrganisation,
  admin,
  client,
  codeOf,
  enroller,
  newId,
  newRecord,
  newSigner,
  publicKeyOf,
  type StatementOptions,
  type TestPatient,
} from '@careledger/chaincode-runtime/testing';
import {
  ACCESS_BATCH_MAX_ITEMS,
  AccessState,
  ContractError,
  type AccessBatchResult,
  type ContractCode,
  type StatementBody,
} from '@careledger/contracts';
import { randomId128, type Signer } from '@careledger/crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { Value } from 'typebox/value';
import { RecordsFixture, nextOf, onCloud, recordOf, storeByPatient } from '../testing/fixture.js';

let fixture: RecordsFixture;
let hospital: TestOrganisation;
let lab: TestOrganisation;
let patient: TestPatient;
let recordId: string;
beforeEach(async () => {
  ({ fixture, hospital, lab, patient } = await RecordsFixture.make());
  const record = newRecord(patient.id);
  ({ recordId } = record);
  await fixture.codes('StoreRecords', [storeByPatient(patient, record)], onCloud());
});

type Body = Partial<StatementBody<'accessRequest'>>;
const bodyOf = (body: Body): StatementBody<'accessRequest'> => ({
  patientId: patient.id,
  recordId,
  version: 1,
  purpose: 'TREAT' as const,
  granteeTags: [],
  relay: 'prv_cloud-a',
  ...body,
});
const now = () => Math.floor(fixture.nowMs / 1000);
const asked = (by: TestOrganisation, body: Body = {}, options: StatementOptions = {}) =>
  by.sign('accessRequest', bodyOf(body), by.signer, { iat: now(), ...options });
const requestAll = async (items: readonly string[], caller = client('CloudAMSP')) => {
  const { result, ...ran } = await fixture.run('RequestAccess', { items }, onCloud({ caller }));
  return { ...ran, items: (result as AccessBatchResult).items };
};
/** A batch of one: the answer, or the code of the refusal thrown. */
const request = async (statement: string, caller = client('CloudAMSP')) => {
  const { items, ...ran } = await requestAll([statement], caller);
  const [item] = items;
  if (item?.access === undefined) throw new ContractError((item?.code ?? '') as ContractCode);
  return { ...ran, result: item.access };
};
const answer = async (statement: string) => (await request(statement)).result;
const grant = (body: Partial<StatementBody<'grant'>> = {}, options: StatementOptions = {}) =>
  fixture.codes('Grant', [patient.grant(hospital.id, body, options)]);
const list = async (filter: object = {}) =>
  (
    await fixture.ask<{ rows: AccessState[] }>(
      'ListAccesses',
      { patientId: patient.id, ...filter },
      onCloud(),
    )
  ).rows;

test('the single measured values are opened by a grant that names them alone', async () => {
  const values = recordOf(patient.id, { kind: 'detail' });
  await fixture.codes('StoreRecords', [storeByPatient(patient, values)], onCloud());
  const { recordId: valuesId } = values;
  await grant();
  expect(await answer(asked(hospital))).toMatchObject({ decision: 'permit' });
  expect(await answer(asked(hospital, { recordId: valuesId }))).toMatchObject({
    ...{ decision: 'deny', reason: 'DETAIL_NOT_GRANTED' },
  });
  const sid = randomId128();
  await grant({ detail: true }, { sid });
  expect(await answer(asked(hospital, { recordId: valuesId }))).toMatchObject({
    decision: 'permit',
    grantId: sid,
  });
  await fixture.codes('Revoke', [patient.revoke(sid)]);
  expect(await answer(asked(hospital, { recordId: valuesId }))).toMatchObject({
    reason: 'DETAIL_NOT_GRANTED',
  });
});

describe('a request', () => {
  test('that is granted gets a permit for one version and provider, for 30 seconds', async () => {
    const sid = randomId128();
    await grant({}, { sid });
    const { result, event, txId } = await request(
      asked(hospital, { relay: 'prv_cloud-b' }),
      client('CloudBMSP'),
    );
    expect(result).toMatchObject({
      basis: 'request',
      decision: 'permit',
      reason: 'GRANT',
      grantId: sid,
      version: 1,
      throughProviderId: 'prv_cloud-b',
      releasingProviderId: 'prv_cloud-a',
      at: new Date(fixture.nowMs).toISOString(),
      releaseBefore: new Date(fixture.nowMs + 30_000).toISOString(),
      txId,
    });
    expect(event).toEqual({ name: 'AccessDecided', payload: { accesses: [result] } });
  });

  test('that is not granted is written down too, as a success', async () => {
    const denied = await answer(asked(hospital));
    expect(denied).toMatchObject({ decision: 'deny', reason: 'NO_GRANT', policyVersion: 0 });
    expect(denied.releaseBefore).toBeUndefined();
    expect(await list()).toEqual([denied]);
  });

  test('by the patient, who reads by right, is logged, with whichever key', async () => {
    const sign = (signer: Signer) =>
      patient.sign('accessRequest', bodyOf({ purpose: 'PATRQT' }), signer, { iat: now() });
    for (const signer of [patient.consent, patient.gateway])
      expect(await answer(sign(signer))).toMatchObject({ decision: 'permit', reason: 'OWNER' });
    expect(await list()).toHaveLength(2);
    expect(await codeOf(request(sign(newSigner())))).toBe('STATEMENT_KEY_UNKNOWN');
  });

  test('by another patient is refused', async () => {
    const other = await fixture.patient();
    const statement = other.sign('accessRequest', bodyOf({}), other.consent, { iat: now() });
    expect(await codeOf(request(statement))).toBe('STATEMENT_ISSUER_MISMATCH');
  });

  test('by the author is permitted after its grant has gone', async () => {
    await grant({ permissions: ['write'] });
    const body = recordOf(patient.id, {}, hospital.id);
    await fixture.codes('StoreRecords', [hospital.sign('storeRecord', body, hospital.signer)], onCloud());
    await fixture.codes('Revoke', [patient.revokeAll()]);
    const own = await answer(asked(hospital, { recordId: body.recordId }));
    expect(own).toMatchObject({ decision: 'permit', reason: 'AUTHOR' });
  });

  test('by the author of a record, for a version that another one made, needs a grant like any other', async () => {
    await grant({ permissions: ['write'] });
    await fixture.codes('Grant', [patient.grant(lab.id, { permissions: ['modify'] })]);
    const first = recordOf(patient.id, {}, hospital.id);
    await fixture.codes('StoreRecords', [hospital.sign('storeRecord', first, hospital.signer)], onCloud());
    await fixture.codes('ReviseRecords', [lab.sign('storeRecord', nextOf(first), lab.signer)], onCloud());
    await fixture.codes('Revoke', [patient.revokeAll()]);
    const { recordId: id } = first;
    const reasonFor = async (by: TestOrganisation, version: number) =>
      (await answer(asked(by, { recordId: id, version }))).reason;
    expect([await reasonFor(hospital, 1), await reasonFor(hospital, 2)]).toEqual(['AUTHOR', 'NO_GRANT']);
    expect([await reasonFor(lab, 1), await reasonFor(lab, 2)]).toEqual(['NO_GRANT', 'AUTHOR']);
  });

  test('older than two minutes is refused', async () => {
    expect(await codeOf(request(asked(hospital, {}, { iat: now() - 121 })))).toBe('STATEMENT_EXPIRED');
    expect(await list()).toEqual([]);
  });

  test('for what is not there is a denial on record: nobody asks unseen', async () => {
    await grant();
    const denied = [
      await answer(asked(hospital, { recordId: newId('rec') })),
      await answer(asked(hospital, { version: 2 })),
    ];
    const unknown = { decision: 'deny', reason: 'RECORD_UNKNOWN', policyVersion: 1, requester: hospital.id };
    expect(denied).toMatchObject([unknown, unknown]);
    for (const each of denied) {
      expect(Value.Errors(AccessState, each)).toEqual([]);
      expect([each.version, each.releasingProviderId, each.releaseBefore]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
    }
    expect(await list()).toHaveLength(2);
    const stranger = fixture.newPatient();
    expect(await codeOf(request(asked(hospital, { patientId: stranger.id })))).toBe('PATIENT_UNKNOWN');
  });

  test('is permitted no longer than its grant lasts', async () => {
    const until = new Date(fixture.nowMs + 10_000).toISOString();
    await grant({ until });
    const permit = await answer(asked(hospital));
    expect(permit).toMatchObject({ decision: 'permit', releaseBefore: until });
    expect(Value.Errors(AccessState, permit)).toEqual([]);
    expect(permit).not.toHaveProperty('until');
  });

  test('for vital signs does not get a record of vital signs and laboratory results', async () => {
    const [vital, laboratory] = [randomId128(), randomId128()];
    const both = recordOf(patient.id, { tagGroups: [[vital], [laboratory]] });
    const signs = recordOf(patient.id, { tagGroups: [[vital]] });
    for (const body of [both, signs])
      await fixture.codes('StoreRecords', [patient.sign('storeRecord', body, patient.gateway)], onCloud());
    await grant({ scopeTags: [vital] });
    const reasons = [];
    for (const each of [both.recordId, signs.recordId, recordId])
      reasons.push((await answer(asked(hospital, { recordId: each }))).reason);
    expect(reasons).toEqual(['SCOPE_NOT_GRANTED', 'GRANT', 'SCOPE_NOT_GRANTED']);
  });

  test('under an exception does not get what its author alone says to be something else', async () => {
    const [vital, laboratory] = [randomId128(), randomId128()];
    await grant();
    await fixture.codes('Grant', [patient.grant(lab.id, { permissions: ['write'] })]);
    const body = { tagGroups: [[vital]] };
    const [own, theirs] = [recordOf(patient.id, body), recordOf(patient.id, body, lab.id)];
    const items = [
      patient.sign('storeRecord', own, patient.gateway),
      lab.sign('storeRecord', theirs, lab.signer),
    ];
    for (const item of items) await fixture.codes('StoreRecords', [item], onCloud());
    const ask = async (by: TestOrganisation, { recordId: id }: { recordId: string }) =>
      (await answer(asked(by, { recordId: id }))).reason;
    expect([await ask(hospital, own), await ask(hospital, theirs)]).toEqual(['GRANT', 'GRANT']);
    await grant({ effect: 'deny', scopeTags: [laboratory] });
    expect([await ask(hospital, own), await ask(hospital, theirs)]).toEqual(['GRANT', 'SCOPE_UNCONFIRMED']);
    expect(await ask(lab, theirs)).toBe('AUTHOR');
  });
});

test('accesses are listed by record, answer, request, transaction and time', async () => {
  const other = recordOf(patient.id);
  await fixture.codes('StoreRecords', [patient.sign('storeRecord', other, patient.gateway)], onCloud());
  const denied = await answer(asked(hospital));
  fixture.nowMs += 1_000;
  await grant();
  const permitted = await answer(asked(hospital));
  fixture.nowMs += 1_000;
  const elsewhere = await answer(asked(lab, { recordId: other.recordId }));
  expect(await list({ recordId })).toEqual([denied, permitted]);
  expect(await list({ decision: 'deny' })).toEqual([denied, elsewhere]);
  expect(await list({ requester: hospital.id, decision: 'permit' })).toEqual([permitted]);
  expect(await list({ requestSid: elsewhere.requestSid })).toEqual([elsewhere]);
  expect(await list({ txId: permitted.txId })).toEqual([permitted]);
  const period = { from: permitted.at, to: elsewhere.at };
  expect(await list(period)).toEqual([permitted]);
  expect(await list({ ...period, requester: lab.id })).toEqual([]);
});

describe('the relay', () => {
  const isOrganisationToo = async (): Promise<void> => {
    const cloudB = new TestOrganisation({
      id: 'aut_cloud-b',
      mspId: 'CloudBMSP',
      aud: fixture.networkId,
      iat: fixture.iat,
    });
    const args = { statement: cloudB.registration() };
    await fixture.run('RegisterAuthority', args, { caller: admin('CloudBMSP') });
  };

  test('that a request does not name gets no permit for it, and does not use it up', async () => {
    await grant();
    await isOrganisationToo();
    const statement = asked(hospital);
    const stolen = request(statement, client('CloudBMSP'));
    expect(await codeOf(stolen)).toBe('RELAY_MISMATCH');
    expect(await list()).toEqual([]);
    expect(await answer(statement)).toMatchObject({ decision: 'permit', throughProviderId: 'prv_cloud-a' });
  });

  test('that a request does not name does not get the answer by repeating it', async () => {
    await grant();
    const statement = asked(hospital);
    await request(statement);
    expect(await codeOf(request(statement, client('CloudBMSP')))).toBe('RELAY_MISMATCH');
  });
});

describe('a replayed request', () => {
  test('returns what was written first, however late, and no second permit', async () => {
    await grant();
    const statement = asked(hospital);
    const first = await request(statement);
    await fixture.codes('Revoke', [patient.revokeAll()]);
    fixture.nowMs += 3_600_000;
    const again = await request(statement);
    expect(again.result).toEqual(first.result);
    expect(again.event).toBeUndefined();
    expect(await list()).toHaveLength(1);
  });

  test('under an id that another authority used first is its own: nobody burns another’s request', async () => {
    const sid = randomId128();
    const taken = await answer(asked(lab, {}, { sid }));
    await grant();
    const own = await answer(asked(hospital, {}, { sid }));
    expect([taken.decision, own.decision]).toEqual(['deny', 'permit']);
    for (const each of [taken, own]) {
      const args = { patientId: patient.id, requester: each.requester, requestSid: sid };
      expect(await fixture.ask('GetAccess', args, onCloud())).toEqual(each);
    }
    const args = { patientId: patient.id, requester: patient.id, requestSid: sid };
    expect(await codeOf(fixture.ask('GetAccess', args, onCloud()))).toBe('PERMIT_UNKNOWN');
  });
});

describe('a revocation', () => {
  test('that was ordered first makes the permit fail: none is ordered after it', async () => {
    await grant();
    const permit = await fixture.propose('RequestAccess', { items: [asked(hospital)] }, onCloud());
    expect(permit.result).toMatchObject({ items: [{ access: { decision: 'permit' } }] });
    await fixture.codes('Revoke', [patient.revokeAll()]);
    expect(fixture.commit(permit)).toBe('MVCC_READ_CONFLICT');
  });

  test('by itself does it: a next version of the record overtakes no request, which names its version', async () => {
    await grant();
    const first = recordOf(patient.id);
    await fixture.codes('StoreRecords', [patient.sign('storeRecord', first, patient.gateway)], onCloud());
    const items = [asked(hospital, { recordId: first.recordId })];
    const permit = await fixture.propose('RequestAccess', { items }, onCloud());
    const next = patient.sign('storeRecord', nextOf(first), patient.gateway);
    await fixture.codes('ReviseRecords', [next], onCloud());
    expect(fixture.commit(permit)).toBe('VALID');
  });

  test('of another patient does not', async () => {
    await grant();
    const other = await fixture.patient();
    const permit = await fixture.propose('RequestAccess', { items: [asked(hospital)] }, onCloud());
    await fixture.codes('Revoke', [other.revokeAll()]);
    expect(fixture.commit(permit)).toBe('VALID');
  });
});

describe('a batch', () => {
  /** Records of a patient's own that are stored one after the other. */
  const storedBy = async (by: TestPatient, count: number): Promise<string[]> => {
    const made = Array.from({ length: count }, () => recordOf(by.id));
    for (const body of made)
      await fixture.codes('StoreRecords', [by.sign('storeRecord', body, by.gateway)], onCloud());
    return made.map((body) => body.recordId);
  };

  test('over two patients: a permit and a denial each, one line an attempt, whatever becomes of the others', async () => {
    await grant();
    const other = await fixture.patient();
    const [theirs = ''] = await storedBy(other, 1);
    const stale = asked(hospital, {}, { iat: now() - 121 });
    const forged = hospital.sign('accessRequest', bodyOf({}), lab.signer, { iat: now() });
    const elsewhere = asked(hospital, { relay: 'prv_cloud-b', version: 2 });
    const stranger = asked(hospital, { patientId: fixture.newPatient().id });
    const { items, event, txId } = await requestAll([
      asked(hospital),
      stale,
      asked(hospital, { patientId: other.id, recordId: theirs }),
      'not.a.statement',
      forged,
      elsewhere,
      stranger,
      asked(lab),
      asked(hospital, { version: 7 }),
    ]);
    expect(items.map(({ code, access }) => access?.reason ?? code)).toEqual([
      'GRANT',
      'STATEMENT_EXPIRED',
      'NO_GRANT',
      'STATEMENT_MALFORMED',
      'STATEMENT_KEY_UNKNOWN',
      'RELAY_MISMATCH',
      'PATIENT_UNKNOWN',
      'NO_GRANT',
      'RECORD_UNKNOWN',
    ]);
    const written = items.flatMap(({ access }) => (access === undefined ? [] : [access]));
    expect(written.map((access) => access.txId)).toEqual(written.map(() => txId));
    expect(event?.payload).toEqual({ accesses: written });
    expect(await list()).toHaveLength(3);
    expect(await list({ patientId: other.id })).toEqual([items[2]?.access]);
  });

  test('decides a version once a requester: the second of the same is left for the next one', async () => {
    await grant();
    const again = asked(hospital);
    const { items } = await requestAll([asked(hospital), again, asked(lab)]);
    expect(items.map(({ code }) => code)).toEqual(['OK', 'BATCH_DUPLICATE_SUBJECT', 'OK']);
    expect(await list()).toHaveLength(2);
    expect(await answer(again)).toMatchObject({ decision: 'permit' });
  });

  test('with one id for two requests answers the first alone', async () => {
    await grant();
    const sid = randomId128();
    const [second = ''] = await storedBy(patient, 1);
    const { items } = await requestAll([
      asked(hospital, {}, { sid }),
      asked(hospital, { recordId: second }, { sid }),
    ]);
    expect(items.map(({ code }) => code)).toEqual(['OK', 'BATCH_DUPLICATE_SUBJECT']);
  });

  test('in which some were decided before gives those as they were, and tells of the new ones alone', async () => {
    const before = asked(hospital);
    const denied = await answer(before);
    await grant();
    const [fresh = ''] = await storedBy(patient, 1);
    const { items, event } = await requestAll([before, asked(hospital, { recordId: fresh })]);
    expect(items.map(({ access }) => access?.decision)).toEqual(['deny', 'permit']);
    expect(items[0]?.access).toEqual(denied);
    expect(event?.payload).toEqual({ accesses: [items[1]?.access] });
  });

  test('is overtaken by a revocation whole, and by nothing that another patient does', async () => {
    await grant();
    const ids = await storedBy(patient, 3);
    const items = ids.map((id) => asked(hospital, { recordId: id }));
    const other = await fixture.patient();
    const [first, second] = [
      await fixture.propose('RequestAccess', { items }, onCloud()),
      await fixture.propose('RequestAccess', { items }, onCloud()),
    ];
    await fixture.codes('Revoke', [other.revokeAll()]);
    expect(fixture.commit(first)).toBe('VALID');
    await fixture.codes('Revoke', [patient.revokeAll()]);
    expect(fixture.commit(second)).toBe('MVCC_READ_CONFLICT');
  });

  test('takes 256 requests and no more', async () => {
    const many = Array.from({ length: ACCESS_BATCH_MAX_ITEMS }, (_, index) =>
      asked(hospital, { version: index + 1 }),
    );
    expect(await codeOf(requestAll([...many, asked(lab)]))).toBe('ARGUMENT_INVALID');
    const { items } = await requestAll(many);
    expect(items.map(({ code }) => code)).toEqual(many.map(() => 'OK'));
  });
});

describe('a practitioner who is named', () => {
  const practitionerId = newId('prc');
  const register = (active: boolean, by: TestOrganisation = hospital, caller = client('HospitalMSP')) => {
    const signer = newSigner();
    const body = {
      practitionerId,
      signingKey: publicKeyOf(signer),
      signingKeyProof: by.proofOf(signer, practitionerId),
      role: 'physician',
      active,
    };
    const statement = by.sign('registerPractitioner', body, by.signer);
    return fixture.run('RegisterPractitioner', { statement }, { caller });
  };

  test('has to be registered and active, within the requester', async () => {
    await grant();
    const ask = async () => (await answer(asked(hospital, { practitionerId }))).reason;
    expect(await ask()).toBe('PRACTITIONER_UNKNOWN');
    await register(true, lab, client('LabMSP'));
    expect(await ask()).toBe('PRACTITIONER_UNKNOWN');
    await register(true);
    expect(await ask()).toBe('GRANT');
    await register(false);
    expect(await ask()).toBe('PRACTITIONER_UNKNOWN');
    expect((await list()).map(({ decision }) => decision)).toContain('deny');
    expect(await list()).toHaveLength(4);
  });

  test('who was withdrawn meanwhile makes the permit fail to commit', async () => {
    await grant();
    await register(true);
    const items = [asked(hospital, { practitionerId })];
    const permit = await fixture.propose('RequestAccess', { items }, onCloud());
    expect(permit.result).toMatchObject({ items: [{ access: { decision: 'permit' } }] });
    await register(false);
    expect(fixture.commit(permit)).toBe('MVCC_READ_CONFLICT');
  });

  test('is registered by the own organisation only', async () => {
    expect(await codeOf(register(true, hospital, client('LabMSP')))).toBe('STATEMENT_ISSUER_MISMATCH');
  });
});

test('accesses are listed newest last, of one requester if asked', async () => {
  const byHospital = await answer(asked(hospital));
  fixture.nowMs += 1_000;
  const byLab = await answer(asked(lab));
  expect(await list()).toEqual([byHospital, byLab]);
  expect(await list({ requester: lab.id })).toEqual([byLab]);
});

test('only a provider’s client takes requests', async () => {
  for (const caller of [client('HospitalMSP'), client('PatientsMSP'), enroller()])
    expect(await codeOf(request(asked(hospital), caller))).toBe('CALLER_REFUSED');
});
