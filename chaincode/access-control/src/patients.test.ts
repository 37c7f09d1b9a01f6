import {
  codeOf,
  enroller,
  newEncryptionKey,
  newSigner,
  publicKeyOf,
  ChaincodeFixture,
  TestPatient,
} from '@careledger/chaincode-runtime/testing';
import type { Decision, GrantState, PatientState, PolicyChangeState } from '@careledger/contracts';
import type { Signer } from '@careledger/crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { accessControlChaincode } from './chaincode.js';

let fixture: ChaincodeFixture;
beforeEach(() => {
  fixture = new ChaincodeFixture([accessControlChaincode]);
});

const register = (statement: string) => fixture.run('RegisterPatient', { statement }, { caller: enroller() });
const rotate = (statement: string) => fixture.run('RotatePatientKey', { statement });

describe('registering a patient', () => {
  test('keeps the keys, the sponsor and the time, and tells', async () => {
    const patient = fixture.newPatient();
    const { result, event, txId } = await register(patient.registration());
    expect(result).toMatchObject({ code: 'OK', txId });
    expect(event).toEqual({ name: 'PatientsChanged', payload: { patientIds: [patient.id], areNew: true } });
    const state = await fixture.ask<PatientState>('GetPatient', { patientId: patient.id });
    expect(state.consentKeys).toEqual([{ key: publicKeyOf(patient.consent), from: state.registeredAt }]);
    expect(state.sponsor).toBe(enroller().certificateSha256);
  });

  test('twice by the same statement changes nothing and answers with the first transaction', async () => {
    const registration = fixture.newPatient().registration();
    const first = await register(registration);
    const second = await register(registration);
    expect(second.result).toEqual(first.result);
    expect(second.event).toBeUndefined();
    expect(second.states.every(({ writes }) => writes.size === 0)).toBe(true);
  });

  test('by another statement is refused, so that nobody swaps the gateway key', async () => {
    const patient = await fixture.patient();
    expect(await codeOf(register(patient.registration()))).toBe('PATIENT_EXISTS');
  });

  test('under another patient’s pseudonym is refused', async () => {
    const [victim, thief] = [fixture.newPatient(), fixture.newPatient()];
    const stolen = thief.registration({ iss: victim.id });
    expect(await codeOf(register(stolen))).toBe('PATIENT_ID_MISMATCH');
  });

  test('with a gateway key that did not agree is refused', async () => {
    const patient = fixture.newPatient();
    const body = {
      consentKey: publicKeyOf(patient.consent),
      gatewayKey: publicKeyOf(newSigner()),
      gatewayKeyProof: patient.proofOf(patient.gateway),
      encryptionKey: newEncryptionKey(),
    };
    expect(await codeOf(register(patient.sign('registerPatient', body, patient.consent)))).toBe(
      'KEY_PROOF_INVALID',
    );
  });

  test('for another network is refused', async () => {
    const foreign = fixture.newPatient().registration({ aud: 'elsewhere' });
    expect(await codeOf(register(foreign))).toBe('STATEMENT_AUDIENCE_MISMATCH');
  });

  test('for the other channel only is refused', async () => {
    const elsewhere = fixture.newPatient().registration({ channels: ['authorities'] });
    expect(await codeOf(register(elsewhere))).toBe('STATEMENT_CHANNEL_MISMATCH');
  });

  test('from the future is refused', async () => {
    const early = fixture.newPatient().registration({ iat: fixture.nowMs / 1000 + 121 });
    expect(await codeOf(register(early))).toBe('STATEMENT_FROM_FUTURE');
  });
});

describe('registering many patients at once', () => {
  const together = (...statements: string[]) =>
    fixture.codes('RegisterPatients', statements, { caller: enroller() });
  const isKnown = async ({ id }: TestPatient): Promise<boolean> =>
    (await codeOf(fixture.ask('GetPatient', { patientId: id }))) !== 'PATIENT_UNKNOWN';

  test('registers each as alone, and tells of all of them at once', async () => {
    const [one, other] = [fixture.newPatient(), fixture.newPatient()];
    const items = [one.registration(), other.registration()];
    const { event, txId } = await fixture.run('RegisterPatients', { items }, { caller: enroller() });
    expect(event).toEqual({
      name: 'PatientsChanged',
      payload: { patientIds: [one.id, other.id], areNew: true },
    });
    const alone = await fixture.patient();
    const states = await Promise.all(
      [one, alone].map(({ id }) => fixture.ask<PatientState>('GetPatient', { patientId: id })),
    );
    expect(Object.keys(states[0] ?? {})).toEqual(Object.keys(states[1] ?? {}));
    expect(states[0]?.sponsor).toBe(enroller().certificateSha256);
    // Sent again, also alone, they are answered with the transaction that first carried them.
    for (const statement of items)
      expect((await register(statement)).result).toMatchObject({ code: 'OK', txId });
    const again = await fixture.run('RegisterPatients', { items }, { caller: enroller() });
    expect(again.event).toBeUndefined();
    expect(again.states.every(({ writes }) => writes.size === 0)).toBe(true);
  });

  test('refuses a bad one alone, with the code that it has alone, and writes nothing of it', async () => {
    const known = await fixture.patient();
    const [good, last, victim, thief] = [1, 2, 3, 4].map(() => fixture.newPatient());
    if (!good || !last || !victim || !thief) throw new Error('There are no patients');
    const body = {
      consentKey: publicKeyOf(thief.consent),
      gatewayKey: publicKeyOf(newSigner()),
      gatewayKeyProof: thief.proofOf(thief.gateway),
      encryptionKey: newEncryptionKey(),
    };
    const bad = [
      known.registration(),
      thief.registration({ iss: victim.id }),
      thief.sign('registerPatient', body, thief.consent),
      thief.registration({ aud: 'elsewhere' }),
      thief.registration({ channels: ['authorities'] }),
      thief.registration({ iat: fixture.nowMs / 1000 + 121 }),
      known.revokeAll(),
    ];
    const codes = await Promise.all(bad.map((statement) => codeOf(register(statement))));
    expect(await together(good.registration(), ...bad, last.registration())).toEqual(['OK', ...codes, 'OK']);
    expect(await Promise.all([good, last, victim, thief].map(isKnown))).toEqual([true, true, false, false]);
  });

  test('registers nobody twice: the second is refused, and one in another’s name takes nobody’s place', async () => {
    const [patient, thief] = [fixture.newPatient(), fixture.newPatient()];
    const codes = await together(
      thief.registration({ iss: patient.id }),
      patient.registration(),
      patient.registration(),
      thief.registration({ iss: patient.id }),
    );
    expect(codes).toEqual(['PATIENT_ID_MISMATCH', 'OK', 'BATCH_DUPLICATE_SUBJECT', 'PATIENT_ID_MISMATCH']);
  });

  test('is for the enroller alone', async () => {
    const items = [fixture.newPatient().registration()];
    expect(await codeOf(fixture.run('RegisterPatients', { items }))).toBe('CALLER_REFUSED');
  });
});

describe('rotating a patient’s key', () => {
  test('takes all power from the old one, and from a thief who has it', async () => {
    const hospital = await fixture.organisation('aut_hospital', 'HospitalMSP');
    const patient = await fixture.patient();
    const next = newSigner();
    const body = { use: 'consent' as const, newKey: publicKeyOf(next), newKeyProof: patient.proofOf(next) };
    await rotate(patient.sign('rotatePatientKey', body, patient.consent));
    expect(await fixture.codes('Grant', [patient.grant(hospital.id)])).toEqual(['STATEMENT_KEY_UNKNOWN']);
    const { consentKeys } = await fixture.ask<PatientState>('GetPatient', { patientId: patient.id });
    expect(consentKeys.map(({ key, until }) => [key, until === undefined])).toEqual([
      [publicKeyOf(patient.consent), false],
      [publicKeyOf(next), true],
    ]);
  });

  test('opens an epoch: what a thief has revoked at the highest number voids nothing later, nor are numbers used up', async () => {
    const hospital = await fixture.organisation('aut_hospital', 'HospitalMSP');
    const thief = await fixture.patient();
    const highest = Number.MAX_SAFE_INTEGER;
    await fixture.codes('Grant', [thief.grant(hospital.id)]);
    const revokeAll = (policySeq: number, signer: Signer) =>
      fixture.codes('Revoke', [thief.sign('revokeAll', { policySeq }, signer)]);
    expect(await revokeAll(highest, thief.consent)).toEqual(['OK']);
    expect(await fixture.codes('Grant', [thief.grant(hospital.id)])).toEqual(['GRANT_REVOKED']);

    const next = newSigner();
    const body = { use: 'consent' as const, newKey: publicKeyOf(next), newKeyProof: thief.proofOf(next) };
    await rotate(thief.sign('rotatePatientKey', body, thief.consent));
    const patient = Object.assign(new TestPatient(thief.aud, thief.iat, next, thief.gateway), {
      id: thief.id,
    });
    const decision = async () =>
      (
        await fixture.ask<Decision>('Decide', {
          ...{ patientId: thief.id, requester: hospital.id, granteeTags: [], permission: 'read' },
          ...{ purpose: 'TREAT', tagGroups: [] },
        })
      ).decision;
    // What the thief has revoked stays so.
    expect(await decision()).toBe('deny');
    // The number was used before, by the former key.
    expect(await fixture.codes('Grant', [patient.grant(hospital.id)])).toEqual(['OK']);
    expect(await decision()).toBe('permit');
    const { rows } = await fixture.ask<{ rows: GrantState[] }>('ListGrants', { patientId: thief.id });
    expect(rows.map(({ epoch, revokedAt }) => [epoch, revokedAt === undefined]).sort()).toEqual([
      [undefined, false],
      [1, true],
    ]);
    // One of the new epoch lies above all before it, and above what it numbers.
    expect(await revokeAll(patient.policySeq + 1, next)).toEqual(['OK']);
    expect(await decision()).toBe('deny');
    expect(await fixture.codes('Grant', [patient.grant(hospital.id, { policySeq: 9 })])).toEqual(['OK']);
    expect(await decision()).toBe('permit');
  });

  test('opens an epoch whose revocation of everything ends what was granted before, whatever its number', async () => {
    const hospital = await fixture.organisation('aut_hospital', 'HospitalMSP');
    const patient = await fixture.patient();
    await fixture.codes('Grant', [patient.grant(hospital.id, { policySeq: 500 })]);
    const next = newSigner();
    const body = { use: 'consent' as const, newKey: publicKeyOf(next), newKeyProof: patient.proofOf(next) };
    await rotate(patient.sign('rotatePatientKey', body, patient.consent));
    expect(await fixture.codes('Revoke', [patient.sign('revokeAll', { policySeq: 1 }, next)])).toEqual([
      'OK',
    ]);
    const { rows } = await fixture.ask<{ rows: GrantState[] }>('ListGrants', { patientId: patient.id });
    expect(rows.map(({ revokedAt }) => revokedAt !== undefined)).toEqual([true]);
  });

  test('needs the consent key: a stolen gateway key cannot appoint itself', async () => {
    const patient = await fixture.patient();
    const next = newSigner();
    const body = { use: 'gateway' as const, newKey: publicKeyOf(next), newKeyProof: patient.proofOf(next) };
    expect(await codeOf(rotate(patient.sign('rotatePatientKey', body, patient.gateway)))).toBe(
      'STATEMENT_KEY_UNKNOWN',
    );
  });

  test('refuses the current key, one that was used before, and one without proof', async () => {
    const patient = await fixture.patient();
    const sign = (newKey: string, newKeyProof?: string) =>
      patient.sign(
        'rotatePatientKey',
        { use: 'gateway', newKey, ...(newKeyProof === undefined ? {} : { newKeyProof }) },
        patient.consent,
      );
    expect(await codeOf(rotate(sign(publicKeyOf(patient.gateway))))).toBe('KEY_UNCHANGED');
    expect(await codeOf(rotate(sign(publicKeyOf(patient.consent))))).toBe('KEY_REUSED');
    expect(await codeOf(rotate(sign(publicKeyOf(newSigner()))))).toBe('KEY_PROOF_INVALID');
  });

  test('takes away what is wrapped to the former key of the patient’s, of that which opens records alone', async () => {
    const patient = await fixture.patient();
    const signer = newSigner();
    for (const body of [
      { use: 'encryption' as const, newKey: newEncryptionKey() },
      { use: 'gateway' as const, newKey: publicKeyOf(signer), newKeyProof: patient.proofOf(signer) },
    ])
      await rotate(patient.sign('rotatePatientKey', body, patient.consent));
    const of = { patientId: patient.id };
    const { rows } = await fixture.ask<{ rows: PolicyChangeState[] }>('ListPolicyChanges', of);
    expect(rows.map(({ takesAway }) => takesAway)).toEqual([true, false]);
  });

  test('begins a new policy version, so that a decision made before fails to commit', async () => {
    const patient = await fixture.patient();
    const body = { use: 'encryption' as const, newKey: newEncryptionKey() };
    await rotate(patient.sign('rotatePatientKey', body, patient.consent));
    const { policyVersion } = await fixture.ask<{ policyVersion: number }>('EffectivePolicy', {
      patientId: patient.id,
      at: new Date(fixture.nowMs).toISOString(),
    });
    expect(policyVersion).toBe(1);
  });
});

test('many patients are read at once, in order, and one who is unknown is none', async () => {
  const [one, two] = [await fixture.patient(), await fixture.patient()];
  const patientIds = [two.id, fixture.newPatient().id, one.id];
  const { patients } = await fixture.ask<{ patients: (PatientState | null)[] }>('GetPatients', {
    patientIds,
  });
  expect(patients.map((patient) => patient?.patientId)).toEqual([two.id, undefined, one.id]);
  expect(patients[0]).toEqual(await fixture.ask<PatientState>('GetPatient', { patientId: two.id }));
});
