import { nodeVerifier } from '@careledger/crypto';
import { AcknowledgementBody, STATEMENTS } from '@careledger/contracts';
import { checkStatement, readStatement } from '@careledger/statements';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Value } from 'typebox/value';
import { TestHospital, readerWith } from '../../testing/test-hospital.js';
import { TEST_NETWORK, testPatient } from '../../testing/test-patient.js';

let hospital: TestHospital;
let patient: ReturnType<typeof testPatient>;
beforeEach(async () => {
  hospital = new TestHospital();
  patient = testPatient();
  await hospital.granted(patient.state, patient.grant());
});
afterEach(() => hospital[Symbol.asyncDispose]());

/** A notice that is here, by its name, and its statement. */
async function noticed() {
  const iat = Math.floor(hospital.nowMs / 1_000);
  const { statement, ...rest } = await patient.notice({ to: hospital.ownKey.publicKey, iat });
  await hospital.service.accept({ statement, ...rest });
  const { payload, hash } = readStatement(statement, { maxChars: statement.length });
  return { name: { patientId: patient.patientId, sid: payload.sid }, hash };
}

test('an acknowledgement is signed by the authority for its practitioner, and told to all who follow', async () => {
  const { name, hash } = await noticed();
  const practitionerId = await hospital.practitioner();
  const reader = readerWith({ practitionerId });
  const { statement } = await hospital.acknowledgements.acknowledge(name, practitionerId, reader);
  const { signer } = hospital.issuer;
  const { body } = checkStatement(statement, {
    ...{ typ: STATEMENTS.acknowledgement.typ, audience: TEST_NETWORK, issuer: 'aut_hospital' },
    isBody: (value): value is object => Value.Check(AcknowledgementBody, value),
    publicKeyOf: (kid) => (kid === signer.kid ? signer.publicKey : undefined),
    verifier: nodeVerifier(),
  }).payload;
  const acknowledgedAt = new Date(hospital.nowMs).toISOString();
  expect(body).toMatchObject({ noticeSid: name.sid, noticeHash: hash, practitionerId, acknowledgedAt });
  expect(hospital.log.after(0).at(-1)).toMatchObject({
    ...{ type: 'acknowledgement', data: { sid: name.sid, practitionerId, acknowledgedAt } },
  });
  expect(hospital.acknowledgements.of(name)?.statement).toBe(statement);
});

test('the first acknowledgement stands, however many follow', async () => {
  const { name } = await noticed();
  const [first, second] = [await hospital.practitioner(), await hospital.practitioner()];
  const acknowledge = (who: string) =>
    hospital.acknowledgements.acknowledge(name, who, readerWith({ practitionerId: who }));
  const answers = await Promise.all([acknowledge(first), acknowledge(second)]);
  hospital.nowMs += 1_000;
  answers.push(await acknowledge(second));
  expect(new Set(answers.map(({ statement }) => statement)).size).toBe(1);
  expect(hospital.log.after(0).filter(({ type }) => type === 'acknowledgement')).toHaveLength(1);
});

test('whom the notice is not shown to cannot acknowledge it, nor anybody who is nobody here', async () => {
  const { name } = await noticed();
  const practitionerId = await hospital.practitioner();
  const acknowledge = () =>
    hospital.acknowledgements.acknowledge(name, practitionerId, readerWith({ practitionerId }));
  await hospital.setStage(practitionerId, 'withdrawn');
  await expect(acknowledge()).rejects.toMatchObject({ code: 'PRACTITIONER_UNKNOWN' });
  await hospital.setStage(practitionerId, 'active');
  for (const ledger of Object.values(hospital.ledgers))
    for (const grant of ledger.grants) ledger.revoke(grant);
  await expect(acknowledge()).rejects.toMatchObject({ code: 'READ_REFUSED' });
  expect(hospital.acknowledgements.of(name)).toBeUndefined();
});

test('a notice that never came cannot be acknowledged, nor asked about', async () => {
  const practitionerId = await hospital.practitioner();
  const name = { patientId: patient.patientId, sid: `${'x'.repeat(21)}A` };
  await expect(
    hospital.acknowledgements.acknowledge(name, practitionerId, readerWith({ practitionerId })),
  ).rejects.toMatchObject({ code: 'NOTICE_UNKNOWN' });
  expect(() => hospital.acknowledgements.of(name)).toThrow(
    expect.objectContaining({ code: 'NOTICE_UNKNOWN' }),
  );
});
