import {
  ChaincodeFixture,
  client,
  codeOf,
  newId,
  newSigner,
  publicKeyOf,
  type TestOrganisation,
  type TestPatient,
} from '@careledger/chaincode-runtime/testing';
import {
  GRANTS_PER_AUTHORITY_MAX,
  SCOPE_TAGS_MAX,
  TAG_GROUPS_MAX,
  type BatchResult,
  type Decision,
  type GrantState,
} from '@careledger/contracts';
import { randomId128 } from '@careledger/crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { accessControlChaincode } from './chaincode.js';

let fixture: ChaincodeFixture;
let hospital: TestOrganisation;
let patient: TestPatient;
beforeEach(async () => {
  fixture = new ChaincodeFixture([accessControlChaincode]);
  hospital = await fixture.organisation('aut_hospital', 'HospitalMSP');
  patient = await fixture.patient();
});

const DAY_MS = 86_400_000;
const at = (timeMs: number) => new Date(timeMs).toISOString();
const decide = (request: object = {}, atMs = fixture.nowMs) =>
  fixture.ask<Decision>(
    'Decide',
    {
      patientId: patient.id,
      requester: hospital.id,
      granteeTags: [],
      permission: 'read',
      purpose: 'TREAT',
      tagGroups: [],
      ...request,
    },
    { atMs },
  );
const policyAt = (timeMs: number) =>
  fixture.ask<{ policyVersion: number; grants: GrantState[] }>('EffectivePolicy', {
    patientId: patient.id,
    at: at(timeMs),
  });

describe('a grant', () => {
  test('lets the authority in, and names itself in the decision', async () => {
    expect(await decide()).toMatchObject({ decision: 'deny', reason: 'NO_GRANT', policyVersion: 0 });
    const sid = randomId128();
    expect(await fixture.codes('Grant', [patient.grant(hospital.id, {}, { sid })])).toEqual(['OK']);
    expect(await decide()).toMatchObject({
      ...{ decision: 'permit', reason: 'GRANT', policyVersion: 1, grantId: sid },
    });
  });

  test('that expired does not count', async () => {
    const until = at(fixture.nowMs + DAY_MS);
    await fixture.codes('Grant', [patient.grant(hospital.id, { until })]);
    expect(await decide()).toMatchObject({ decision: 'permit', until });
    expect(await decide({}, fixture.nowMs + DAY_MS)).toMatchObject({
      decision: 'deny',
      reason: 'GRANT_EXPIRED',
    });
  });

  test('denies by the one thing that it does not cover', async () => {
    const [tag, other] = [randomId128(), randomId128()];
    await fixture.codes('Grant', [patient.grant(hospital.id, { scopeTags: [tag], granteeTags: [tag] })]);
    const fitting = { tagGroups: [[tag]], granteeTags: [tag] };
    expect(await decide(fitting)).toMatchObject({ decision: 'permit' });
    const reasonFor = async (request: object) => (await decide({ ...fitting, ...request })).reason;
    expect(await reasonFor({ purpose: 'HRESCH' })).toBe('PURPOSE_NOT_GRANTED');
    expect(await reasonFor({ tagGroups: [[other]] })).toBe('SCOPE_NOT_GRANTED');
    expect(await reasonFor({ permission: 'write' })).toBe('PERMISSION_NOT_GRANTED');
    expect(await reasonFor({ granteeTags: [other] })).toBe('GRANTEE_MISMATCH');
    expect(await reasonFor({ granteeTags: [other], purpose: 'HRESCH' })).toBe('NO_GRANT');
  });

  test('signed by another patient, or by the gateway’s key, is refused', async () => {
    const other = await fixture.patient();
    const forged = other.grant(hospital.id, {}, { iss: patient.id });
    const body = {
      policySeq: 1,
      authorityId: hospital.id,
      granteeTags: [],
      permissions: ['read' as const],
      scopeTags: [],
      purposes: ['TREAT' as const],
      from: at(fixture.nowMs),
      delegable: false,
    };
    const byGateway = patient.sign('grant', body, patient.gateway);
    expect(await fixture.codes('Grant', [forged, byGateway])).toEqual([
      'STATEMENT_KEY_UNKNOWN',
      'STATEMENT_KEY_UNKNOWN',
    ]);
    expect(await decide()).toMatchObject({ decision: 'deny' });
  });

  test('with a changed signature or content is refused', async () => {
    const [header = '', , signature = ''] = patient.grant(hospital.id).split('.');
    const [, otherPayload = ''] = patient.grant(hospital.id, { purposes: ['HRESCH'] }).split('.');
    expect(await fixture.codes('Grant', [`${header}.${otherPayload}.${signature}`])).toEqual([
      'STATEMENT_SIGNATURE_INVALID',
    ]);
  });

  test('replayed does nothing; its id with other content is refused', async () => {
    const sid = randomId128();
    const grant = patient.grant(hospital.id, {}, { sid });
    const first = await fixture.run('Grant', { items: [grant] });
    const again = await fixture.run('Grant', { items: [grant] });
    expect(again.result).toEqual(first.result);
    expect(again.event).toBeUndefined();
    expect(await fixture.codes('Grant', [patient.grant(hospital.id, { delegable: true }, { sid })])).toEqual([
      'STATEMENT_ID_REUSED',
    ]);
  });

  test('replayed after its revocation stays revoked', async () => {
    const sid = randomId128();
    const grant = patient.grant(hospital.id, {}, { sid });
    await fixture.codes('Grant', [grant]);
    await fixture.codes('Revoke', [patient.revoke(sid)]);
    expect(await fixture.codes('Grant', [grant])).toEqual(['OK']);
    expect(await decide()).toMatchObject({ decision: 'deny' });
  });

  test('to nobody known, for no time, or under a used sequence number is refused', async () => {
    await fixture.codes('Grant', [patient.grant(hospital.id, { policySeq: 9 })]);
    expect(await fixture.codes('Grant', [patient.grant('aut_nobody')])).toEqual(['AUTHORITY_UNKNOWN']);
    const backwards = { from: '2026-02-01T00:00:00Z', until: '2026-02-01T00:00:00.000Z' };
    expect(await fixture.codes('Grant', [patient.grant(hospital.id, backwards)])).toEqual([
      'GRANT_PERIOD_INVALID',
    ]);
    expect(await fixture.codes('Grant', [patient.grant(hospital.id, { policySeq: 9 })])).toEqual([
      'POLICY_SEQ_REUSED',
    ]);
  });

  test('too many for one authority are refused, expired ones make room', async () => {
    for (let n = 1; n < GRANTS_PER_AUTHORITY_MAX; n += 1)
      await fixture.codes('Grant', [patient.grant(hospital.id)]);
    await fixture.codes('Grant', [patient.grant(hospital.id, { until: at(fixture.nowMs + DAY_MS) })]);
    expect(await fixture.codes('Grant', [patient.grant(hospital.id)])).toEqual(['GRANT_LIMIT']);
    fixture.nowMs += 2 * DAY_MS;
    expect(await fixture.codes('Grant', [patient.grant(hospital.id)])).toEqual(['OK']);
  });
});

describe('a scoped grant', () => {
  const [vital, lab] = [randomId128(), randomId128()];
  const reasonFor = async (request: object) => (await decide(request)).reason;

  test('on vital signs does not open a record of vital signs and laboratory results', async () => {
    await fixture.codes('Grant', [patient.grant(hospital.id, { scopeTags: [vital] })]);
    expect(await reasonFor({ tagGroups: [[vital]] })).toBe('GRANT');
    expect(await reasonFor({ tagGroups: [[vital], [lab]] })).toBe('SCOPE_NOT_GRANTED');
  });

  test('does not open a record that does not say what it holds', async () => {
    await fixture.codes('Grant', [patient.grant(hospital.id, { scopeTags: [vital] })]);
    expect(await reasonFor({ tagGroups: [] })).toBe('SCOPE_NOT_GRANTED');
    await fixture.codes('Grant', [patient.grant(hospital.id)]);
    expect(await reasonFor({ tagGroups: [] })).toBe('GRANT');
  });

  test('is asked with as many tags and groups as a record may have; more are refused, not cut', async () => {
    const tags = Array.from({ length: SCOPE_TAGS_MAX }, () => randomId128());
    const groups = Array.from({ length: TAG_GROUPS_MAX }, () => [vital]);
    await fixture.codes('Grant', [patient.grant(hospital.id, { scopeTags: [vital] })]);
    expect(await reasonFor({ tagGroups: groups })).toBe('GRANT');
    for (const tagGroups of [[[...tags, vital]], [...groups, [vital]], [[]]])
      expect(await codeOf(decide({ tagGroups }))).toBe('ARGUMENT_INVALID');
  });
});

describe('a batch', () => {
  test('with bad items carries out the good ones', async () => {
    const [a, b] = [await fixture.patient(), await fixture.patient()];
    const stranger = fixture.newPatient();
    const items = [
      a.grant(hospital.id),
      'no.statement.atall',
      stranger.grant(hospital.id),
      b.grant(hospital.id),
    ];
    const { result, event } = await fixture.run('Grant', { items });
    expect((result as BatchResult).items.map(({ code }) => code)).toEqual([
      'OK',
      'STATEMENT_MALFORMED',
      'PATIENT_UNKNOWN',
      'OK',
    ]);
    expect(event?.payload).toMatchObject({ changes: [{ patientId: a.id }, { patientId: b.id }] });
  });

  test('takes one item a patient, and a forgery does not take the place of the real one', async () => {
    const forger = await fixture.patient();
    const forged = forger.grant(hospital.id, {}, { iss: patient.id });
    const codes = await fixture.codes('Grant', [
      forged,
      patient.grant(hospital.id),
      patient.grant(hospital.id),
    ]);
    expect(codes).toEqual(['STATEMENT_KEY_UNKNOWN', 'OK', 'BATCH_DUPLICATE_SUBJECT']);
  });
});

describe('a decision that names a practitioner', () => {
  const practitionerId = newId('prc');
  const register = (active: boolean) => {
    const signer = newSigner();
    const body = {
      practitionerId,
      signingKey: publicKeyOf(signer),
      signingKeyProof: hospital.proofOf(signer, practitionerId),
      role: 'physician',
      active,
    };
    const statement = hospital.sign('registerPractitioner', body, hospital.signer);
    return fixture.run('RegisterPractitioner', { statement }, { caller: client('HospitalMSP') });
  };

  test('is a denial unless the requester has registered one, who is active', async () => {
    await fixture.codes('Grant', [patient.grant(hospital.id)]);
    const reason = async () => (await decide({ practitionerId })).reason;
    expect(await reason()).toBe('PRACTITIONER_UNKNOWN');
    await register(true);
    expect(await reason()).toBe('GRANT');
    expect((await decide({ practitionerId, requester: 'aut_lab' })).reason).toBe('PRACTITIONER_UNKNOWN');
    await register(false);
    expect(await reason()).toBe('PRACTITIONER_UNKNOWN');
  });
});

describe('a revocation', () => {
  test('is relayed by any member: the patients’ operator cannot hold it back', async () => {
    for (const mspId of ['HospitalMSP', 'CloudAMSP', 'LabMSP']) {
      const sid = randomId128();
      await fixture.codes('Grant', [patient.grant(hospital.id, {}, { sid })]);
      const codes = await fixture.codes('Revoke', [patient.revoke(sid)], { caller: client(mspId) });
      expect([codes, (await decide()).decision]).toEqual([['OK'], 'deny']);
    }
    expect(await fixture.codes('Revoke', [patient.revokeAll()], { caller: client('CloudAMSP') })).toEqual([
      'OK',
    ]);
    expect(await decide()).toMatchObject({ decision: 'deny' });
  });

  test('that a member makes up, or replays, leaves nothing on the ledger', async () => {
    const sid = randomId128();
    await fixture.codes('Grant', [patient.grant(hospital.id, {}, { sid })]);
    const made = [
      fixture.newPatient().revokeAll({ iss: patient.id }),
      fixture.newPatient().revokeAll(),
      patient.sign('revokeAll', { policySeq: 99 }, patient.gateway),
      hospital.sign('revoke', { policySeq: 99, grantId: sid }, hospital.signer),
      patient.revokeAll({ channels: ['authorities'] }),
    ];
    for (const item of made) {
      const { states } = await fixture.propose('Revoke', { items: [item] }, { caller: client('CloudAMSP') });
      expect(states.flatMap(({ writes }) => [...writes.keys()])).toEqual([]);
    }
    const genuine = patient.revoke(sid);
    await fixture.codes('Revoke', [genuine]);
    const replay = await fixture.propose('Revoke', { items: [genuine] }, { caller: client('CloudAMSP') });
    expect(replay.states.flatMap(({ writes }) => [...writes.keys()])).toEqual([]);
  });

  test('that overtakes its grant leaves a tombstone', async () => {
    const sid = randomId128();
    const grant = patient.grant(hospital.id, {}, { sid });
    expect(await fixture.codes('Revoke', [patient.revoke(sid)])).toEqual(['OK']);
    expect(await fixture.codes('Grant', [grant])).toEqual(['GRANT_REVOKED']);
    expect(await decide()).toMatchObject({ reason: 'NO_GRANT' });
  });

  test('of everything voids lower sequence numbers, also of grants that arrive later', async () => {
    const late = patient.grant(hospital.id);
    await fixture.codes('Grant', [patient.grant(hospital.id)]);
    await fixture.codes('Revoke', [patient.revokeAll()]);
    expect(await decide()).toMatchObject({ decision: 'deny' });
    expect(await fixture.codes('Grant', [late])).toEqual(['GRANT_REVOKED']);
    expect(await fixture.codes('Grant', [patient.grant(hospital.id)])).toEqual(['OK']);
    expect(await decide()).toMatchObject({ decision: 'permit' });
  });

  test('of everything reads and writes no grant, however many there are', async () => {
    for (let n = 0; n < 20; n += 1) await fixture.codes('Grant', [patient.grant(hospital.id)]);
    const { states } = await fixture.propose('Revoke', { items: [patient.revokeAll()] });
    expect(states[0]?.ranges).toEqual([]);
    expect(states[0]?.writes.size).toBeLessThan(10);
  });

  test('of two patients at once does not conflict', async () => {
    const other = await fixture.patient();
    const [a, b] = [
      await fixture.propose('Grant', { items: [patient.grant(hospital.id)] }),
      await fixture.propose('Grant', { items: [other.grant(hospital.id)] }),
    ];
    expect([fixture.commit(a), fixture.commit(b)]).toEqual(['VALID', 'VALID']);
  });
});

test('the version of a policy is what a permit was made on, until it changes', async () => {
  const versionOf = (patientId: string) => fixture.ask('GetPolicyVersion', { patientId });
  expect(await versionOf(patient.id)).toMatchObject({ patientId: patient.id, version: 0 });
  await fixture.codes('Grant', [patient.grant(hospital.id)]);
  expect(await versionOf(patient.id)).toMatchObject({ patientId: patient.id, version: 1 });
  const { policyVersion } = await decide();
  await fixture.codes('Revoke', [patient.revokeAll()]);
  expect([policyVersion, await versionOf(patient.id)]).toMatchObject([1, { version: 2 }]);
  expect(await codeOf(versionOf(fixture.newPatient().id))).toBe('PATIENT_UNKNOWN');
});

describe('the policy at a past date', () => {
  test('is what the ledger knew then', async () => {
    const start = fixture.nowMs;
    const [first, second] = [randomId128(), randomId128()];
    await fixture.codes('Grant', [patient.grant(hospital.id, {}, { sid: first })]);
    fixture.nowMs += DAY_MS;
    await fixture.codes('Grant', [patient.grant(hospital.id, {}, { sid: second })]);
    fixture.nowMs += DAY_MS;
    await fixture.codes('Revoke', [patient.revoke(first)]);
    fixture.nowMs += DAY_MS;
    await fixture.codes('Revoke', [patient.revokeAll()]);
    const idsAt = async (timeMs: number) => {
      const { policyVersion, grants } = await policyAt(timeMs);
      return [policyVersion, ...grants.map(({ grantId }) => grantId)];
    };
    expect(await idsAt(start - 1)).toEqual([0]);
    expect(await idsAt(start)).toEqual([1, first]);
    expect(await idsAt(start + DAY_MS)).toEqual([2, ...[first, second].sort()]);
    expect(await idsAt(start + 2 * DAY_MS)).toEqual([3, second]);
    expect(await idsAt(start + 3 * DAY_MS)).toEqual([4]);
  });

  test('lists every grant with its end, page by page', async () => {
    const sids = [randomId128(), randomId128(), randomId128()].sort();
    for (const sid of sids) await fixture.codes('Grant', [patient.grant(hospital.id, {}, { sid })]);
    await fixture.codes('Revoke', [patient.revokeAll()]);
    const list = (bookmark: string) =>
      fixture.ask<{ rows: GrantState[]; bookmark: string }>('ListGrants', {
        patientId: patient.id,
        pageSize: 2,
        bookmark,
      });
    const first = await list('');
    const second = await list(first.bookmark);
    expect([...first.rows, ...second.rows].map(({ grantId }) => grantId)).toEqual(sids);
    expect(second.rows[0]?.revokedAt).toBe(at(fixture.nowMs));
    expect(second.bookmark).toBe('');
  });
});
