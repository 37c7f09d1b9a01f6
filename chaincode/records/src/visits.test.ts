import {
  client,
  codeOf,
  type StatementOptions,
  type TestOrganisation,
  type TestPatient,
} from '@careledger/chaincode-runtime/testing';
import { CHECK_IN_MAX_AGE_S, type StatementBody, type VisitState } from '@careledger/contracts';
import { randomId128, type Signer } from '@careledger/crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { RecordsFixture, newHash, onAuthorities, onCloud } from '../testing/fixture.js';

let fixture: RecordsFixture;
let hospital: TestOrganisation;
let lab: TestOrganisation;
let patient: TestPatient;
beforeEach(async () => {
  ({ fixture, hospital, lab, patient } = await RecordsFixture.make());
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
  signer: Signer = by.consent,
  options: StatementOptions = {},
) => {
  const { at = AT } = body;
  const iat = Date.parse(at) / 1000;
  return by.sign('checkIn', { authorityId: hospital.id, ...body, at }, signer, { iat, ...options });
};
const record = (statement: string, caller = client('HospitalMSP')) =>
  fixture.run('RecordVisit', { statement }, onAuthorities({ caller }));
const relate = (statement: string, caller = client('CloudBMSP')) =>
  fixture.run('RelateVisit', { statement }, onCloud({ caller }));
const list = async (filter: object, call = onAuthorities()) =>
  (await fixture.ask<{ rows: VisitState[] }>('ListVisits', filter, call)).rows;

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

test('a visit that was seen on one channel is not kept off the other by taking its id there', async () => {
  const sid = randomId128();
  const statement = hospital.sign('visit', visitOf(), hospital.signer, { sid });
  await record(statement);
  await relate(lab.sign('visit', visitOf(), lab.signer, { sid }), client('CloudAMSP'));
  expect(await codeOf(relate(statement))).toBeUndefined();
  const related = await list({ patientId: patient.id }, onCloud());
  expect(related.map(({ authorityId }) => authorityId).sort()).toEqual([hospital.id, lab.id]);
  expect(await list({ patientId: patient.id, authorityId: lab.id }, onCloud())).toHaveLength(1);
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
    const other = await fixture.patient();
    const forged = [
      checkIn({}, other),
      checkIn({ authorityId: lab.id }),
      checkIn({ at: '2026-02-28T11:30:00Z' }),
      checkIn({}, patient, other.consent),
      'no.check.in',
    ];
    for (const code of forged)
      expect(await codeOf(record(visit({ checkIn: code })))).toBe('CHECK_IN_INVALID');
    const once = checkIn();
    await record(visit({ checkIn: once }));
    expect(await codeOf(record(visit({ checkIn: once })))).toBe('CHECK_IN_INVALID');
    expect(await list({ patientId: patient.id })).toHaveLength(1);
  });

  test('is not confirmed by a gateway’s key alone, with nobody there', async () => {
    const code = checkIn({}, patient, patient.gateway);
    expect(await codeOf(record(visit({ checkIn: code })))).toBe('CHECK_IN_INVALID');
  });

  test('a check-in made afterwards confirms a backdated visit: it does not', async () => {
    const at = '2026-02-20T11:30:00Z';
    const made = (iat: number) => checkIn({ at }, patient, patient.consent, { iat });
    const nowS = fixture.nowMs / 1000;
    // As it is, as somebody would date it who knows the rule, and as one that was made long before.
    for (const iat of [nowS, Date.parse(at) / 1000, Date.parse(at) / 1000 - 86_400])
      await record(visit({ at, checkIn: made(iat) }));
    expect((await list({ patientId: patient.id })).map(({ confirmed }) => confirmed)).toEqual([
      false,
      false,
      false,
    ]);
  });

  test('is not confirmed by a check-in that does not say when it was made', async () => {
    const iat = Date.parse(AT) / 1000;
    for (const offset of [-121, 121]) {
      const code = checkIn({}, patient, patient.consent, { iat: iat + offset });
      await record(visit({ checkIn: code }));
    }
    expect((await list({ patientId: patient.id })).map(({ confirmed }) => confirmed)).toEqual([false, false]);
  });
});

test('a visit that an outage delayed by up to a day is confirmed still, and not a moment later', async () => {
  const lateBy = async (ms: number) => {
    fixture.nowMs = Date.parse(AT) + ms;
    await record(visit({ checkIn: checkIn() }));
    const visits = await list({ patientId: patient.id });
    return visits.filter(({ confirmed }) => confirmed).length;
  };
  expect(await lateBy(CHECK_IN_MAX_AGE_S * 1000)).toBe(1);
  expect(await lateBy(CHECK_IN_MAX_AGE_S * 1000 + 1)).toBe(1);
});
