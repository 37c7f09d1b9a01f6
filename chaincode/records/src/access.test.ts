import {
  client,
  codeOf,
  enroller,
  newId,
  newSigner,
  publicKeyOf,
  type StatementOptions,
  type TestOrganisation,
  type TestPatient,
} from '@careledger/chaincode-runtime/testing';
import type { AccessState, StatementBody } from '@careledger/contracts';
import { randomId128 } from '@careledger/crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { RecordsScene, onCloud, recordOf, storeByPatient } from './testing/scene.js';

let scene: RecordsScene;
let hospital: TestOrganisation;
let lab: TestOrganisation;
let patient: TestPatient;
let recordId: string;
beforeEach(async () => {
  ({ scene, hospital, lab, patient } = await RecordsScene.make());
  recordId = newId('rec');
  await scene.codes('StoreRecords', [storeByPatient(patient, { recordId })], onCloud());
});

type Body = Partial<StatementBody<'accessRequest'>>;
const bodyOf = (body: Body) => ({
  patientId: patient.id,
  recordId,
  purpose: 'TREAT' as const,
  granteeTags: [],
  ...body,
});
const now = () => Math.floor(scene.nowMs / 1000);
const asked = (by: TestOrganisation, body: Body = {}, options: StatementOptions = {}) =>
  by.sign('accessRequest', bodyOf(body), by.signer, { iat: now(), ...options });
const request = (statement: string, caller = client('CloudAMSP')) =>
  scene.run('RequestAccess', { statement }, onCloud({ caller }));
const answer = async (statement: string) => (await request(statement)).result as AccessState;
const grant = (body: Partial<StatementBody<'grant'>> = {}, options: StatementOptions = {}) =>
  scene.codes('Grant', [patient.grant(hospital.id, body, options)]);
const list = async (filter: object = {}) =>
  (await scene.ask<{ rows: AccessState[] }>('ListAccesses', { patientId: patient.id, ...filter }, onCloud()))
    .rows;

describe('a request', () => {
  test('that is granted gets a permit for one version and provider, for 30 seconds', async () => {
    const sid = randomId128();
    await grant({}, { sid });
    const { result, event, txId } = await request(asked(hospital), client('CloudBMSP'));
    expect(result).toMatchObject({
      decision: 'permit',
      reason: 'GRANT',
      grantId: sid,
      version: 1,
      throughProviderId: 'prv_cloud-b',
      releasingProviderId: 'prv_cloud-a',
      at: new Date(scene.nowMs).toISOString(),
      releaseBefore: new Date(scene.nowMs + 30_000).toISOString(),
      txId,
    });
    expect(event).toEqual({ name: 'AccessDecided', payload: { access: result } });
  });

  test('that is not granted is written down too, as a success', async () => {
    const denied = await answer(asked(hospital));
    expect(denied).toMatchObject({ decision: 'deny', reason: 'NO_GRANT', policyVersion: 0 });
    expect(denied.releaseBefore).toBeUndefined();
    expect(await list()).toEqual([denied]);
  });

  test('by the patient, who reads by right, is logged; the gateway’s key is not enough', async () => {
    const sign = (signer = patient.consent) =>
      patient.sign('accessRequest', bodyOf({ purpose: 'PATRQT' }), signer, { iat: now() });
    expect(await answer(sign())).toMatchObject({ decision: 'permit', reason: 'OWNER' });
    expect(await codeOf(request(sign(patient.gateway)))).toBe('STATEMENT_KEY_UNKNOWN');
  });

  test('by another patient is refused', async () => {
    const other = await scene.patient();
    const statement = other.sign('accessRequest', bodyOf({}), other.consent, { iat: now() });
    expect(await codeOf(request(statement))).toBe('STATEMENT_ISSUER_MISMATCH');
  });

  test('by the author is permitted after its grant has gone', async () => {
    await grant({ permissions: ['write'] });
    const body = recordOf(patient.id);
    await scene.codes('StoreRecords', [hospital.sign('storeRecord', body, hospital.signer)], onCloud());
    await scene.codes('Revoke', [patient.revokeAll()]);
    const own = await answer(asked(hospital, { recordId: body.recordId }));
    expect(own).toMatchObject({ decision: 'permit', reason: 'AUTHOR' });
  });

  test('older than two minutes, or for a record or version that is not there, is refused', async () => {
    expect(await codeOf(request(asked(hospital, {}, { iat: now() - 121 })))).toBe('STATEMENT_EXPIRED');
    expect(await codeOf(request(asked(hospital, { recordId: newId('rec') })))).toBe('RECORD_UNKNOWN');
    expect(await codeOf(request(asked(hospital, { version: 2 })))).toBe('RECORD_UNKNOWN');
    expect(await list()).toEqual([]);
  });
});

describe('a replayed request', () => {
  test('returns what was written first, through any provider, however late, and no second permit', async () => {
    await grant();
    const statement = asked(hospital);
    const first = await request(statement);
    await scene.codes('Revoke', [patient.revokeAll()]);
    scene.nowMs += 3_600_000;
    const again = await request(statement, client('CloudBMSP'));
    expect(again.result).toEqual(first.result);
    expect(again.event).toBeUndefined();
    expect(await list()).toHaveLength(1);
  });

  test('under another’s statement id does not overwrite the answer', async () => {
    const sid = randomId128();
    const first = await answer(asked(hospital, {}, { sid }));
    expect(await codeOf(request(asked(lab, {}, { sid })))).toBe('STATEMENT_ID_REUSED');
    const args = { patientId: patient.id, requestSid: sid };
    expect(await scene.ask('GetAccess', args, onCloud())).toEqual(first);
  });
});

describe('a revocation', () => {
  test('that was ordered first makes the permit fail: none is ordered after it', async () => {
    await grant();
    const permit = await scene.propose('RequestAccess', { statement: asked(hospital) }, onCloud());
    expect(permit.result).toMatchObject({ decision: 'permit' });
    await scene.codes('Revoke', [patient.revokeAll()]);
    expect(scene.commit(permit)).toBe('MVCC_READ_CONFLICT');
  });

  test('of another patient does not', async () => {
    await grant();
    const other = await scene.patient();
    const permit = await scene.propose('RequestAccess', { statement: asked(hospital) }, onCloud());
    await scene.codes('Revoke', [other.revokeAll()]);
    expect(scene.commit(permit)).toBe('VALID');
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
    return scene.run('RegisterPractitioner', { statement }, { caller });
  };

  test('has to be registered and active, within the requester', async () => {
    await grant();
    const ask = () => codeOf(request(asked(hospital, { practitionerId })));
    expect(await ask()).toBe('PRACTITIONER_UNKNOWN');
    await register(true, lab, client('LabMSP'));
    expect(await ask()).toBe('PRACTITIONER_UNKNOWN');
    await register(true);
    expect(await ask()).toBeUndefined();
    await register(false);
    expect(await ask()).toBe('PRACTITIONER_UNKNOWN');
  });

  test('is registered by the own organisation only', async () => {
    expect(await codeOf(register(true, hospital, client('LabMSP')))).toBe('STATEMENT_ISSUER_MISMATCH');
  });
});

test('accesses are listed newest last, of one requester if asked', async () => {
  const byHospital = await answer(asked(hospital));
  scene.nowMs += 1_000;
  const byLab = await answer(asked(lab));
  expect(await list()).toEqual([byHospital, byLab]);
  expect(await list({ requester: lab.id })).toEqual([byLab]);
});

test('only a provider’s client takes requests', async () => {
  for (const caller of [client('HospitalMSP'), client('PatientsMSP'), enroller()])
    expect(await codeOf(request(asked(hospital), caller))).toBe('CALLER_REFUSED');
});
