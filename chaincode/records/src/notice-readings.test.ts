import {
  client,
  codeOf,
  newId,
  newSigner,
  peer,
  publicKeyOf,
  type StatementOptions,
  type TestOrganisation,
  type TestPatient,
} from '@careledger/chaincode-runtime/testing';
import { AccessState, type BatchResult, type PolicyVersion, type StatementBody } from '@careledger/contracts';
import { randomId128 } from '@careledger/crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { Value } from 'typebox/value';
import { RecordsFixture, newHash, onCloud, recordOf } from '../testing/fixture.js';

const DAY_MS = 86_400_000;
const VITAL = randomId128();

let fixture: RecordsFixture;
let hospital: TestOrganisation;
let lab: TestOrganisation;
let patient: TestPatient;
let emergency: StatementBody<'storeRecord'>;
beforeEach(async () => {
  ({ fixture, hospital, lab, patient } = await RecordsFixture.make());
  emergency = recordOf(patient.id, { kind: 'emergency', tagGroups: [[VITAL]] });
});

type Body = Partial<StatementBody<'noticeReading'>>;
const readingOf = (body: Body = {}): StatementBody<'noticeReading'> => ({
  patientId: patient.id,
  recordId: emergency.recordId,
  version: 1,
  manifestHash: emergency.manifestHash,
  purpose: 'ETREAT',
  granteeTags: [],
  readAt: '2026-03-01T11:00:00Z',
  decidedBy: 'mirror',
  ...body,
});
const reading = (body: Body = {}, by = hospital, options: StatementOptions = {}) =>
  by.sign('noticeReading', readingOf(body), by.signer, options);
const store = () =>
  fixture.codes('StoreRecords', [patient.sign('storeRecord', emergency, patient.gateway)], onCloud());
const grant = (body: Partial<StatementBody<'grant'>> = {}) =>
  fixture.codes('Grant', [patient.grant(hospital.id, { purposes: ['ETREAT'], ...body })]);
const report = (...items: string[]) =>
  fixture.run('ReportReadings', { items }, onCloud({ caller: client('LabMSP') }));
const codesOf = async (...items: string[]) =>
  ((await report(...items)).result as BatchResult).items.map(({ code }) => code);
const list = async (filter: object = {}) =>
  (
    await fixture.ask<{ rows: AccessState[] }>(
      'ListAccesses',
      { patientId: patient.id, ...filter },
      onCloud(),
    )
  ).rows;
/** What is written down when this reading is reported. */
const answerTo = async (statement: string): Promise<AccessState | undefined> => {
  const { event } = await report(statement);
  return (event?.payload as { accesses: AccessState[] } | undefined)?.accesses[0];
};

describe('a reading of a direct notice', () => {
  test('is an access like others, for the patient to see, whoever relays it', async () => {
    const sid = randomId128();
    const grantId = randomId128();
    await fixture.codes('Grant', [
      patient.grant(hospital.id, { purposes: ['ETREAT'], scopeTags: [VITAL] }, { sid: grantId }),
    ]);
    await store();
    const { hash: policyHash } = await fixture.ask<PolicyVersion>('GetPolicyVersion', {
      patientId: patient.id,
    });
    const { event, txId } = await report(reading({}, hospital, { sid }));
    const written = {
      patientId: patient.id,
      basis: 'notice',
      requestSid: sid,
      requester: hospital.id,
      recordId: emergency.recordId,
      version: 1,
      purpose: 'ETREAT',
      decision: 'permit',
      reason: 'GRANT',
      grantId,
      policyVersion: 1,
      policyHash,
      at: new Date(fixture.nowMs).toISOString(),
      readAt: '2026-03-01T11:00:00Z',
      txId,
    };
    expect(event).toEqual({ name: 'ReadingsReported', payload: { accesses: [written] } });
    expect(Value.Errors(AccessState, written)).toEqual([]);
    expect(await list()).toEqual([written]);
    expect(await list({ requester: hospital.id })).toEqual([written]);
    const args = { patientId: patient.id, requester: hospital.id, requestSid: sid };
    expect(await fixture.ask('GetAccess', args, onCloud())).toEqual(written);
  });

  test('that no grant covers is on record with the denial', async () => {
    await store();
    expect(await answerTo(reading())).toMatchObject({ decision: 'deny', reason: 'NO_GRANT', version: 1 });
    await grant({ granteeTags: [VITAL] });
    expect(await answerTo(reading())).toMatchObject({ decision: 'deny', reason: 'GRANTEE_MISMATCH' });
    expect(await list()).toHaveLength(2);
  });

  test('before a revocation is not dated by its authority’s word: the denial shows both times', async () => {
    await store();
    await grant();
    await fixture.codes('Revoke', [patient.revokeAll()]);
    fixture.nowMs += DAY_MS;
    const readAt = '2026-03-01T11:59:59Z';
    expect(await answerTo(reading({ readAt }))).toMatchObject({
      decision: 'deny',
      reason: 'NO_GRANT',
      readAt,
      at: new Date(fixture.nowMs).toISOString(),
    });
  });

  test('does not expire: an outage may be long', async () => {
    await grant();
    await store();
    const statement = reading();
    fixture.nowMs += 30 * DAY_MS;
    expect(await answerTo(statement)).toMatchObject({ decision: 'permit' });
  });

  test('by a practitioner who is not registered, or was withdrawn, is a denial', async () => {
    await grant();
    await store();
    const practitionerId = newId('prc');
    const denied = { decision: 'deny', reason: 'PRACTITIONER_UNKNOWN', practitionerId };
    expect(await answerTo(reading({ practitionerId }))).toMatchObject(denied);
    const register = (active: boolean) => {
      const signer = newSigner();
      const signingKeyProof = hospital.proofOf(signer, practitionerId);
      const body = {
        practitionerId,
        signingKey: publicKeyOf(signer),
        signingKeyProof,
        role: 'nurse',
        active,
      };
      const statement = hospital.sign('registerPractitioner', body, hospital.signer);
      return fixture.run('RegisterPractitioner', { statement }, { caller: client('HospitalMSP') });
    };
    await register(true);
    expect(await answerTo(reading({ practitionerId }))).toMatchObject({ decision: 'permit', practitionerId });
    await register(false);
    expect(await answerTo(reading({ practitionerId }))).toMatchObject(denied);
  });
});

describe('a version that the ledger does not know', () => {
  test('because what was shown is not what is stored, is a denial', async () => {
    await grant();
    await store();
    const answer = await answerTo(reading({ manifestHash: newHash() }));
    expect(answer).toMatchObject({ decision: 'deny', reason: 'RECORD_UNKNOWN' });
    expect(answer?.version).toBeUndefined();
  });

  test('yet, is permitted by a grant that covers whatever it will hold, and by no other', async () => {
    await grant({ scopeTags: [VITAL] });
    expect(await answerTo(reading())).toMatchObject({ decision: 'deny', reason: 'RECORD_UNKNOWN' });
    await grant();
    const answer = await answerTo(reading());
    expect(answer).toMatchObject({ decision: 'permit', reason: 'GRANT' });
    expect(answer?.version).toBeUndefined();
  });

  test('yet, is denied for what does not depend on it', async () => {
    expect(await answerTo(reading())).toMatchObject({ decision: 'deny', reason: 'NO_GRANT' });
    await grant({ purposes: ['TREAT'] });
    expect(await answerTo(reading())).toMatchObject({ decision: 'deny', reason: 'PURPOSE_NOT_GRANTED' });
  });
});

describe('a report', () => {
  test('that nobody signed who may, is of no patient, or is a second one of its patient leaves nothing', async () => {
    const other = await fixture.patient();
    const stranger = fixture.newPatient();
    const codes = await codesOf(
      reading({}, hospital, { iss: lab.id }),
      patient.sign('noticeReading', readingOf(), patient.consent),
      reading({ patientId: stranger.id }),
      reading({ patientId: other.id }),
      reading({ patientId: other.id }),
    );
    expect(codes).toEqual([
      'STATEMENT_KEY_UNKNOWN',
      'STATEMENT_KEY_UNKNOWN',
      'PATIENT_UNKNOWN',
      'OK',
      'BATCH_DUPLICATE_SUBJECT',
    ]);
    expect(await list()).toEqual([]);
  });

  test('again, through another member, writes nothing twice', async () => {
    const statement = reading();
    const first = await report(statement);
    const again = await fixture.run(
      'ReportReadings',
      { items: [statement] },
      onCloud({ caller: client('CloudBMSP') }),
    );
    expect([again.result, again.event]).toEqual([first.result, undefined]);
    expect(await list()).toHaveLength(1);
  });

  test('under an id that another authority has reported under is its own', async () => {
    const sid = randomId128();
    expect(await codesOf(reading({}, lab, { sid }))).toEqual(['OK']);
    expect(await codesOf(reading({}, hospital, { sid }))).toEqual(['OK']);
    expect((await list()).map(({ requester }) => requester).sort()).toEqual([hospital.id, lab.id]);
  });

  test('asks access-control once for a whole batch', async () => {
    const other = await fixture.patient();
    const items = [reading(), reading({ patientId: other.id })];
    const { calls } = await fixture.propose('ReportReadings', { items }, onCloud());
    expect(calls).toEqual([
      'records.ReportReadings',
      'access-control.FindSigners',
      'access-control.DecideAll',
    ]);
  });

  test('is taken from members, and from no peer', async () => {
    const call = onCloud({ caller: peer('LabMSP') });
    expect(await codeOf(fixture.run('ReportReadings', { items: [reading()] }, call))).toBe('CALLER_REFUSED');
  });
});
