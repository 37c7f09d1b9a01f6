import {
  ChaincodeFixture,
  newSigner,
  publicKeyOf,
  type TestPatient,
} from '@careledger/chaincode-runtime/testing';
import type { Decision, PolicyVersion } from '@careledger/contracts';
import { randomId128, sha256Hex, utf8 } from '@careledger/crypto';
import { ANY } from '@careledger/domain';
import { firstPolicyHash, nextPolicyHash } from '@careledger/policy';
import { beforeEach, expect, test } from '@jest/globals';
import { accessControlChaincode } from './chaincode.js';

let fixture: ChaincodeFixture;
let patient: TestPatient;
let hospitalId: string;
beforeEach(async () => {
  fixture = new ChaincodeFixture([accessControlChaincode]);
  hospitalId = (await fixture.organisation('aut_hospital', 'HospitalMSP')).id;
  patient = await fixture.patient();
});

/** As an auditor reckons it: from the patient's ID and the statements, in the order of the channel's blocks. */
const reckoned = (statements: readonly string[]): string =>
  statements.reduce(
    (hash, statement) => nextPolicyHash(hash, sha256Hex(utf8(statement))),
    firstPolicyHash(patient.id),
  );
const decided = () =>
  fixture.ask<Decision>('Decide', {
    ...{ patientId: patient.id, requester: hospitalId, granteeTags: [], permission: 'read' },
    ...{ purpose: 'TREAT', tagGroups: [] },
  });

test('an auditor reckons the hash that a decision names, from every statement that changed the policy', async () => {
  const sid = randomId128();
  const next = newSigner();
  const steps: readonly (readonly [string, string])[] = [
    ['Grant', patient.grant(hospitalId, {}, { sid })],
    ['Revoke', patient.grant(hospitalId, { effect: 'deny', authorityId: ANY, purposes: ['HRESCH'] })],
    ['Revoke', patient.revoke(sid)],
    ['Revoke', patient.revokeAll()],
  ];
  expect(await decided()).toMatchObject({ policyVersion: 0, policyHash: reckoned([]) });
  const taken: string[] = [];
  for (const [name, statement] of steps) {
    // Another patient's in the same transaction is none of this one's.
    const other = await fixture.patient();
    const beside = name === 'Grant' ? other.grant(hospitalId) : other.revokeAll();
    expect(await fixture.codes(name as 'Grant', [beside, statement])).toEqual(['OK', 'OK']);
    taken.push(statement);
    expect(await decided()).toMatchObject({ policyVersion: taken.length, policyHash: reckoned(taken) });
  }
  const newKey = publicKeyOf(next);
  const body = { use: 'gateway' as const, newKey, newKeyProof: patient.proofOf(next) };
  const rotation = patient.sign('rotatePatientKey', body, patient.consent);
  await fixture.run('RotatePatientKey', { statement: rotation });
  const of = { patientId: patient.id };
  expect(await fixture.ask<PolicyVersion>('GetPolicyVersion', of)).toEqual({
    ...{ ...of, version: 5, hash: reckoned([...taken, rotation]) },
  });
});

test('what was refused, or came again, is not in it', async () => {
  const grant = patient.grant(hospitalId);
  expect(await fixture.codes('Grant', [grant])).toEqual(['OK']);
  expect(await fixture.codes('Grant', [grant])).toEqual(['OK']);
  expect(await fixture.codes('Grant', [patient.grant('aut_nobody')])).toEqual(['AUTHORITY_UNKNOWN']);
  expect(await decided()).toMatchObject({ policyVersion: 1, policyHash: reckoned([grant]) });
});

test('the policy of a past time has the hash that decisions named then', async () => {
  const grant = patient.grant(hospitalId);
  const before = new Date(fixture.nowMs).toISOString();
  fixture.nowMs += 1_000;
  await fixture.codes('Grant', [grant]);
  const { policyHash } = await decided();
  const at = new Date(fixture.nowMs).toISOString();
  fixture.nowMs += 1_000;
  await fixture.codes('Revoke', [patient.revokeAll()]);
  const policyAt = (time: string) => fixture.ask('EffectivePolicy', { patientId: patient.id, at: time });
  expect(await policyAt(at)).toMatchObject({ policyVersion: 1, policyHash });
  expect(await policyAt(before)).toMatchObject({ policyVersion: 0, policyHash: reckoned([]) });
});
