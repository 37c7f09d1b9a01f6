import {
  client,
  codeOf,
  type TestOrganisation,
  type TestPatient,
} from '@careledger/chaincode-runtime/testing';
import type { StatementBody, VisitState } from '@careledger/contracts';
import type { Signer } from '@careledger/crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { RecordsScene, newHash, onAuthorities, onCloud } from './testing/scene.js';

let scene: RecordsScene;
let hospital: TestOrganisation;
let lab: TestOrganisation;
let patient: TestPatient;
beforeEach(async () => {
  ({ scene, hospital, lab, patient } = await RecordsScene.make());
});

const AT = '2026-03-01T11:30:00Z';
const visitOf = (body: Partial<StatementBody<'visit'>> = {}): StatementBody<'visit'> => ({
  patientId: patient.id,
  at: AT,
  dataHash: newHash(),
  location: 'sealed',
  ...body,
});
const visit = (body: Partial<StatementBody<'visit'>> = {}) =>
  hospital.sign('visit', visitOf(body), hospital.signer);
const checkIn = (
  body: Partial<StatementBody<'checkIn'>> = {},
  by: TestPatient = patient,
  signer: Signer = by.gateway,
) => by.sign('checkIn', { authorityId: hospital.id, at: AT, ...body }, signer);
const record = (statement: string, caller = client('HospitalMSP')) =>
  scene.run('RecordVisit', { statement }, onAuthorities({ caller }));
const relate = (statement: string, caller = client('CloudBMSP')) =>
  scene.run('RelateVisit', { statement }, onCloud({ caller }));
const list = async (filter: object, call = onAuthorities()) =>
  (await scene.ask<{ rows: VisitState[] }>('ListVisits', filter, call)).rows;

test('a visit is on both channels: recorded by its authority, related by a provider', async () => {
  const body = visitOf({ checkIn: checkIn() });
  const statement = hospital.sign('visit', body, hospital.signer);
  const { event } = await record(statement);
  expect(event?.payload).toMatchObject({ visit: { ...body, authorityId: hospital.id, confirmed: true } });
  await relate(statement);
  const [related] = await list({ patientId: patient.id }, onCloud());
  expect(related).toMatchObject({ ...body, relayedBy: 'prv_cloud-b', confirmed: true });
});

test('relating it again through another provider changes nothing', async () => {
  const statement = visit();
  const first = await relate(statement);
  const again = await relate(statement, client('CloudAMSP'));
  expect(again.result).toEqual(first.result);
});

test('one authority cannot record another’s visit', async () => {
  expect(await codeOf(record(visit(), client('LabMSP')))).toBe('STATEMENT_ISSUER_MISMATCH');
});

describe('a visit that nobody attended', () => {
  test('is unconfirmed', async () => {
    await record(visit());
    expect(await list({ authorityId: hospital.id })).toMatchObject([{ confirmed: false }]);
  });

  test('is not confirmed by a check-in of another patient, authority, day, or one used before', async () => {
    const other = await scene.patient();
    const forged = [
      checkIn({}, other),
      checkIn({ authorityId: lab.id }),
      checkIn({ at: '2026-02-28T11:30:00Z' }),
      patient.sign('checkIn', { authorityId: hospital.id, at: AT }, other.gateway),
      'no.check.in',
    ];
    for (const code of forged)
      expect(await codeOf(record(visit({ checkIn: code })))).toBe('CHECK_IN_INVALID');
    const once = checkIn({}, patient, patient.consent);
    await record(visit({ checkIn: once }));
    expect(await codeOf(record(visit({ checkIn: once })))).toBe('CHECK_IN_INVALID');
    expect(await list({ patientId: patient.id })).toHaveLength(1);
  });
});
