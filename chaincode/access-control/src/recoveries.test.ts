import {
  ChaincodeFixture,
  client,
  codeOf,
  newSigner,
  publicKeyOf,
  TestPatient,
  type TestOrganisation,
} from '@careledger/chaincode-runtime/testing';
import {
  RECOVERY_LAPSES_AFTER_S,
  RECOVERY_WAIT_S,
  type Decision,
  type DelegationState,
  type PatientState,
  type RecoveryState,
  type StatementBody,
} from '@careledger/contracts';
import { randomId128, type Signer } from '@careledger/crypto';
import type { RecoveryRole } from '@careledger/domain';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { accessControlWith } from './chaincode.js';

const WAIT_MS = RECOVERY_WAIT_S * 1_000;
const LAPSES_AFTER_MS = RECOVERY_LAPSES_AFTER_S * 1_000;
const HOSPITAL = 'aut_hospital';

let recoverers: Map<string, RecoveryRole>;
let fixture: ChaincodeFixture;
let [hospital, insurer, pharmacy, lab]: TestOrganisation[] = [];
let patient: TestPatient;
let next: Signer;
beforeEach(async () => {
  recoverers = new Map([
    [HOSPITAL, 'registrar'],
    ['aut_pharmacy', 'registrar'],
    ['aut_insurer', 'identity'],
  ]);
  fixture = new ChaincodeFixture([accessControlWith(recoverers)]);
  hospital = await fixture.organisation(HOSPITAL, 'HospitalMSP');
  insurer = await fixture.organisation('aut_insurer', 'InsurerMSP');
  pharmacy = await fixture.organisation('aut_pharmacy', 'PharmacyMSP');
  lab = await fixture.organisation('aut_lab', 'LabMSP');
  patient = await fixture.patient();
  next = newSigner();
});

const vouching = (more: Partial<StatementBody<'vouchForKey'>> = {}): StatementBody<'vouchForKey'> => ({
  ...{ patientId: patient.id, reason: 'lost', newKey: publicKeyOf(next), newKeyProof: patient.proofOf(next) },
  ...more,
});
function vouch(
  by: TestOrganisation | undefined,
  more: Partial<StatementBody<'vouchForKey'>> = {},
  sid = randomId128(),
) {
  const statement = by!.sign('vouchForKey', vouching(more), by!.signer, { sid });
  return fixture.run('VouchForKey', { statement }, { caller: client(by!.mspId) });
}
const object = (recoveryId: string, by = patient.consent) =>
  fixture.run('ObjectToRecovery', { statement: patient.sign('objectToRecovery', { recoveryId }, by) });
const takingOver = (recoveryId: string, by = next) =>
  patient.sign('takeOver', { recoveryId, newKey: publicKeyOf(by) }, by);
const takeOver = (recoveryId: string, by = next) =>
  fixture.run('TakeOver', { statement: takingOver(recoveryId, by) });

/** Both organisations have vouched. Returns the recovery's id. */
async function confirmed(more: Partial<StatementBody<'vouchForKey'>> = {}): Promise<string> {
  const recoveryId = randomId128();
  await vouch(hospital, more, recoveryId);
  await vouch(insurer, { ...more, confirms: recoveryId });
  return recoveryId;
}
/** The patient as the new key signs. */
const recovered = () =>
  Object.assign(new TestPatient(patient.aud, patient.iat, next, patient.gateway), { id: patient.id });
const currentKey = async () => {
  const { consentKeys } = await fixture.ask<PatientState>('GetPatient', { patientId: patient.id });
  return consentKeys.find(({ until }) => until === undefined)?.key;
};
const decision = async () => {
  const asked = { requester: HOSPITAL, granteeTags: [], permission: 'read', purpose: 'TREAT', tagGroups: [] };
  const { decision: answer } = await fixture.ask<Decision>('Decide', { patientId: patient.id, ...asked });
  return answer;
};

describe('a recovery of the consent key', () => {
  test('puts the new key in force after 24 h, in an epoch in which no revoke-all of a thief’s voids anything', async () => {
    const highest = patient.sign('revokeAll', { policySeq: Number.MAX_SAFE_INTEGER }, patient.consent);
    expect(await fixture.codes('Revoke', [highest])).toEqual(['OK']);
    const recoveryId = await confirmed({ reason: 'untrusted' });
    fixture.nowMs += WAIT_MS;
    const { event } = await takeOver(recoveryId);
    expect(event).toEqual({ name: 'PatientsChanged', payload: { patientIds: [patient.id] } });
    expect(await currentKey()).toBe(publicKeyOf(next));
    // What the former key signs is refused, what takes away as well.
    expect(await fixture.codes('Grant', [patient.grant(HOSPITAL)])).toEqual(['STATEMENT_KEY_UNKNOWN']);
    const again = patient.sign('revokeAll', { policySeq: Number.MAX_SAFE_INTEGER - 1 }, patient.consent);
    expect(await fixture.codes('Revoke', [again])).toEqual(['STATEMENT_KEY_UNKNOWN']);
    // Numbers begin anew.
    expect(await fixture.codes('Grant', [recovered().grant(HOSPITAL)])).toEqual(['OK']);
    expect(await decision()).toBe('permit');
  });

  test('needs two organisations with two roles; each time one is missing it is refused', async () => {
    const recoveryId = randomId128();
    expect(await codeOf(vouch(lab, {}, recoveryId))).toBe('RECOVERY_ROLE_MISSING');
    await vouch(hospital, {}, recoveryId);
    // One organisation twice, and two of one role.
    expect(await codeOf(vouch(hospital, { confirms: recoveryId }))).toBe('RECOVERY_MISMATCH');
    expect(await codeOf(vouch(pharmacy, { confirms: recoveryId }))).toBe('RECOVERY_MISMATCH');
    expect(await codeOf(vouch(lab, { confirms: recoveryId }))).toBe('RECOVERY_ROLE_MISSING');
    // By another's client.
    const statement = insurer!.sign('vouchForKey', vouching({ confirms: recoveryId }), insurer!.signer);
    const relayed = fixture.run('VouchForKey', { statement }, { caller: client('LabMSP') });
    expect(await codeOf(relayed)).toBe('STATEMENT_ISSUER_MISMATCH');
    fixture.nowMs += WAIT_MS;
    expect(await codeOf(takeOver(recoveryId))).toBe('RECOVERY_NOT_DUE');
    expect(await currentKey()).toBe(publicKeyOf(patient.consent));
  });

  test('is for one key and reason, which proves that somebody has it, and was never another of the patient’s', async () => {
    const recoveryId = randomId128();
    await vouch(hospital, {}, recoveryId);
    const thief = newSigner();
    const thiefs = { newKey: publicKeyOf(thief), newKeyProof: patient.proofOf(thief) };
    expect(await codeOf(vouch(insurer, { ...thiefs, confirms: recoveryId }))).toBe('RECOVERY_MISMATCH');
    expect(await codeOf(vouch(insurer, { reason: 'untrusted', confirms: recoveryId }))).toBe(
      'RECOVERY_MISMATCH',
    );
    expect(await codeOf(vouch(insurer, { confirms: randomId128() }))).toBe('RECOVERY_UNKNOWN');
    const unproved = { newKeyProof: patient.proofOf(thief), confirms: recoveryId };
    expect(await codeOf(vouch(insurer, unproved))).toBe('KEY_PROOF_INVALID');
    const gateways = { newKey: publicKeyOf(patient.gateway), newKeyProof: patient.proofOf(patient.gateway) };
    expect(await codeOf(vouch(hospital, gateways))).toBe('KEY_REUSED');
    await vouch(insurer, { confirms: recoveryId });
    expect(await codeOf(vouch(insurer, { confirms: recoveryId }))).toBe('RECOVERY_MISMATCH');
    fixture.nowMs += WAIT_MS;
    expect(await codeOf(takeOver(recoveryId, thief))).toBe('RECOVERY_MISMATCH');
    const forged = patient.sign('takeOver', { recoveryId, newKey: publicKeyOf(next) }, thief);
    expect(await codeOf(fixture.run('TakeOver', { statement: forged }))).toBe('STATEMENT_KEY_UNKNOWN');
  });

  test('that lay open for days, unseen, is confirmed and takes effect no earlier than 24 h after that', async () => {
    const recoveryId = randomId128();
    await vouch(hospital, {}, recoveryId);
    fixture.nowMs += LAPSES_AFTER_MS - 1;
    await vouch(insurer, { confirms: recoveryId });
    fixture.nowMs += WAIT_MS - 1;
    expect(await codeOf(takeOver(recoveryId))).toBe('RECOVERY_NOT_DUE');
    fixture.nowMs += 1;
    await takeOver(recoveryId);
    expect(await currentKey()).toBe(publicKeyOf(next));
  });

  test('is over 7 days after each word, when it waits for more', async () => {
    const unconfirmed = randomId128();
    await vouch(hospital, {}, unconfirmed);
    fixture.nowMs += LAPSES_AFTER_MS;
    expect(await codeOf(vouch(insurer, { confirms: unconfirmed }))).toBe('RECOVERY_OVER');
    const recoveryId = await confirmed();
    fixture.nowMs += LAPSES_AFTER_MS;
    expect(await codeOf(takeOver(recoveryId))).toBe('RECOVERY_OVER');
    expect(await codeOf(object(recoveryId))).toBe('RECOVERY_OVER');
    expect(await fixture.codes('Grant', [patient.grant(HOSPITAL)])).toEqual(['OK']);
  });

  test('of a lost key is ended by that key, whoever relays its word; another may be opened', async () => {
    const recoveryId = await confirmed();
    expect(await codeOf(object(recoveryId, patient.gateway))).toBe('STATEMENT_KEY_UNKNOWN');
    expect(await codeOf(object(recoveryId, next))).toBe('STATEMENT_KEY_UNKNOWN');
    expect(await codeOf(object(randomId128()))).toBe('RECOVERY_UNKNOWN');
    await object(recoveryId);
    fixture.nowMs += WAIT_MS;
    expect(await codeOf(takeOver(recoveryId))).toBe('RECOVERY_OVER');
    expect(await currentKey()).toBe(publicKeyOf(patient.consent));
    const second = await confirmed({ reason: 'untrusted' });
    expect(await codeOf(takeOver(second))).toBe('RECOVERY_NOT_DUE');
  });

  test('of a key that a thief has is not ended by the thief, neither by objecting nor by rotating it away', async () => {
    const recoveryId = randomId128();
    await vouch(hospital, { reason: 'untrusted' }, recoveryId);
    const thief = newSigner();
    const rotation = (to: Signer, by: Signer) =>
      patient.sign(
        'rotatePatientKey',
        { use: 'consent', newKey: publicKeyOf(to), newKeyProof: patient.proofOf(to) },
        by,
      );
    await fixture.run('RotatePatientKey', { statement: rotation(thief, patient.consent) });
    await vouch(insurer, { reason: 'untrusted', confirms: recoveryId });
    expect(await codeOf(object(recoveryId, thief))).toBe('RECOVERY_UNOBJECTABLE');
    const statement = rotation(newSigner(), thief);
    expect(await codeOf(fixture.run('RotatePatientKey', { statement }))).toBe('RECOVERY_PENDING');
    fixture.nowMs += WAIT_MS;
    await takeOver(recoveryId);
    expect(await currentKey()).toBe(publicKeyOf(next));
  });

  test('is not blocked by a thief of the key in force, who appoints the new key as the gateway’s by its visible proof', async () => {
    const recoveryId = randomId128();
    await vouch(hospital, { reason: 'untrusted' }, recoveryId);
    const newKeyProof = patient.proofOf(next);
    const body = { use: 'gateway' as const, newKey: publicKeyOf(next), newKeyProof };
    const statement = patient.sign('rotatePatientKey', body, patient.consent);
    expect(await codeOf(fixture.run('RotatePatientKey', { statement }))).toBe('KEY_REUSED');
    await vouch(insurer, { reason: 'untrusted', confirms: recoveryId });
    fixture.nowMs += WAIT_MS;
    await takeOver(recoveryId);
    expect(await currentKey()).toBe(publicKeyOf(next));
  });

  test('is in nobody’s way who opens another one under its id: it is confirmed, objected to, and takes over', async () => {
    // Its name comes before the opener's in every list.
    recoverers.set('aut_barber', 'identity');
    const barber = await fixture.organisation('aut_barber', 'BarberMSP');
    const other = newSigner();
    const others = { newKey: publicKeyOf(other), newKeyProof: patient.proofOf(other) };
    const first = randomId128();
    await vouch(hospital, {}, first);
    await vouch(barber, { ...others, reason: 'untrusted' }, first);
    await vouch(insurer, { confirms: first });
    await object(first);
    expect(await codeOf(takeOver(first))).toBe('RECOVERY_MISMATCH');

    const second = randomId128();
    await vouch(hospital, {}, second);
    await vouch(barber, { reason: 'untrusted' }, second);
    await vouch(insurer, { confirms: second });
    fixture.nowMs += WAIT_MS;
    await takeOver(second);
    expect(await currentKey()).toBe(publicKeyOf(next));
  });

  test('that each has opened for one key, and confirmed for the other, is over for both once the key takes over', async () => {
    const crossed = { reason: 'untrusted' as const };
    const [hospitals, insurers] = [randomId128(), randomId128()];
    await vouch(hospital, crossed, hospitals);
    await vouch(insurer, crossed, insurers);
    await vouch(insurer, { ...crossed, confirms: hospitals });
    await vouch(hospital, { ...crossed, confirms: insurers });
    fixture.nowMs += WAIT_MS;
    await takeOver(hospitals);
    expect(await fixture.codes('Grant', [recovered().grant(HOSPITAL)])).toEqual(['OK']);
    expect(await codeOf(takeOver(insurers))).toBe('RECOVERY_UNKNOWN');
  });

  test('that both have vouched for lets the key in force give nothing, and take away', async () => {
    const before = randomId128();
    expect(await fixture.codes('Grant', [patient.grant(HOSPITAL, {}, { sid: before })])).toEqual(['OK']);
    await vouch(hospital, {}, 'AAAAAAAAAAAAAAAAAAAAAA');
    expect(await fixture.codes('Grant', [patient.grant(HOSPITAL)])).toEqual(['OK']);
    await vouch(insurer, { confirms: 'AAAAAAAAAAAAAAAAAAAAAA' });
    expect(await fixture.codes('Grant', [patient.grant(HOSPITAL)])).toEqual(['RECOVERY_PENDING']);
    const deny = patient.grant(HOSPITAL, { effect: 'deny', sealed: 'x' });
    expect(await fixture.codes('Revoke', [deny])).toEqual(['OK']);
    expect(await fixture.codes('Revoke', [patient.revoke(before)])).toEqual(['OK']);
  });

  test('is not repeated: neither the organisations’ statements nor the new key’s bring a former key back', async () => {
    const recoveryId = await confirmed();
    fixture.nowMs += WAIT_MS;
    const { result, states } = await takeOver(recoveryId);
    expect(states.some(({ writes }) => writes.size > 0)).toBe(true);
    const last = newSigner();
    const rotation = {
      ...{ use: 'consent' as const, newKey: publicKeyOf(last) },
      newKeyProof: patient.proofOf(last),
    };
    await fixture.run('RotatePatientKey', { statement: patient.sign('rotatePatientKey', rotation, next) });
    const repeated = await fixture.run('TakeOver', { statement: takingOver(recoveryId) }).catch((e) => e);
    expect(repeated).toMatchObject({ code: 'RECOVERY_OVER' });
    expect(await codeOf(vouch(hospital))).toBe('KEY_REUSED');
    expect(await currentKey()).toBe(publicKeyOf(last));
    expect(result).toMatchObject({ code: 'OK' });
  });

  test('is listed with what it waits for, on the channel that has it', async () => {
    const recoveryId = await confirmed();
    const listed = (channel: 'authorities' | 'cloud') =>
      fixture.ask<{ recoveries: RecoveryState[] }>('ListRecoveries', { patientId: patient.id }, { channel });
    const at = new Date(fixture.nowMs).toISOString();
    expect((await listed('cloud')).recoveries).toEqual([
      {
        ...{ patientId: patient.id, recoveryId, reason: 'lost', newKey: publicKeyOf(next) },
        ...{ openedBy: HOSPITAL, openedAt: at, confirmedBy: 'aut_insurer', confirmedAt: at },
        takesEffectAt: new Date(fixture.nowMs + WAIT_MS).toISOString(),
        lapsesAt: new Date(fixture.nowMs + LAPSES_AFTER_MS).toISOString(),
        statements: [expect.any(String), expect.any(String)],
      },
    ]);
    expect((await listed('authorities')).recoveries).toEqual([]);
  });

  test('counts no organisation whose role was taken away meanwhile', async () => {
    const recoveryId = await confirmed();
    fixture.nowMs += WAIT_MS;
    recoverers.delete('aut_insurer');
    expect(await codeOf(takeOver(recoveryId))).toBe('RECOVERY_ROLE_MISSING');
  });
});

describe('whom the patient has appointed', () => {
  const delegationId = randomId128();
  const appointed = async (kind: 'carer' | 'guardian'): Promise<Signer> => {
    const delegate = newSigner();
    const body: StatementBody<'delegate'> = {
      ...{ policySeq: 1, kind, key: publicKeyOf(delegate), keyProof: patient.proofOf(delegate) },
      ...{ acts: ['grant', 'deny', 'revoke'], permissions: ['read'], purposes: ['TREAT'] },
      ...{ scopeTags: [], further: 0, until: '2026-06-01T00:00:00Z' },
    };
    const statement = patient.sign('delegate', body, patient.consent, { sid: delegationId });
    await fixture.run('Delegate', { statement });
    return delegate;
  };
  const granting = (by: Signer) =>
    fixture.codes('Grant', [
      patient.sign(
        'grant',
        {
          ...{ policySeq: 1, authorityId: HOSPITAL, granteeTags: [], permissions: ['read'], scopeTags: [] },
          ...{ purposes: ['TREAT'], from: '2026-01-01T00:00:00Z', until: '2026-05-01T00:00:00Z' },
          ...{ delegable: false, path: [delegationId] },
        },
        by,
      ),
    ]);

  test('a guardian decides no more once the patient is of age, who holds the key till then and cannot object', async () => {
    const guardian = await appointed('guardian');
    const recoveryId = await confirmed({ reason: 'untrusted' });
    expect(await codeOf(object(recoveryId, guardian))).toBe('STATEMENT_KEY_UNKNOWN');
    expect(await codeOf(object(recoveryId))).toBe('RECOVERY_UNOBJECTABLE');
    expect(await granting(guardian)).toEqual(['RECOVERY_PENDING']);
    fixture.nowMs += WAIT_MS;
    await takeOver(recoveryId);
    expect(await granting(guardian)).toEqual(['DELEGATION_ENDED']);
    const { rows } = await fixture.ask<{ rows: DelegationState[] }>('ListDelegations', {
      patientId: patient.id,
    });
    expect(rows.map(({ endedAt }) => endedAt)).toEqual([new Date(fixture.nowMs).toISOString()]);
  });

  test('a carer goes on where the key was lost', async () => {
    const carer = await appointed('carer');
    const recoveryId = await confirmed({ reason: 'lost' });
    fixture.nowMs += WAIT_MS;
    await takeOver(recoveryId);
    expect(await granting(carer)).toEqual(['OK']);
  });
});
