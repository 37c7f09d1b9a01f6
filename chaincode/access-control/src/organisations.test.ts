import {
  TestIssuer,
  TestOrganisation,
  ChaincodeFixture,
  admin,
  client,
  codeOf,
  newEncryptionKey,
  newId,
  newSigner,
  publicKeyOf,
  type StatementOptions,
} from '@careledger/chaincode-runtime/testing';
import {
  ATTESTORS_PER_MSP_MAX,
  type AttestorState,
  type AuthorityState,
  type PractitionerState,
  type SignerAnswer,
  type StatementBody,
} from '@careledger/contracts';
import { type Signer } from '@careledger/crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { accessControlChaincode } from './chaincode.js';

let fixture: ChaincodeFixture;
let hospital: TestOrganisation;
beforeEach(async () => {
  fixture = new ChaincodeFixture([accessControlChaincode]);
  hospital = await fixture.organisation('aut_hospital', 'HospitalMSP');
});

const register = (organisation: TestOrganisation, caller = admin(organisation.mspId)) =>
  fixture.run('RegisterAuthority', { statement: organisation.registration() }, { caller });
const newOrganisation = (id: string, mspId: string) =>
  new TestOrganisation({ id, mspId, aud: fixture.networkId, iat: fixture.iat });

describe('registering an authority', () => {
  test('twice is refused', async () => {
    expect(await codeOf(register(newOrganisation('aut_hospital', 'HospitalMSP')))).toBe('AUTHORITY_EXISTS');
  });

  test('a provider does not come first to the id of a pharmacy, and to what the pharmacy is granted', async () => {
    expect(await codeOf(register(newOrganisation('aut_pharmacy', 'CloudAMSP')))).toBe(
      'ORGANISATION_ID_MISMATCH',
    );
    expect(await codeOf(register(newOrganisation('aut_clinic', 'HospitalMSP')))).toBe(
      'ORGANISATION_ID_MISMATCH',
    );
    const provider = newOrganisation('prv_cloud-b', 'CloudAMSP').registration();
    const call = fixture.run('RegisterProvider', { statement: provider }, { caller: admin('CloudAMSP') });
    expect(await codeOf(call)).toBe('ORGANISATION_ID_MISMATCH');
    await register(newOrganisation('aut_pharmacy', 'PharmacyMSP'));
  });

  test('an organisation whose MSP ID does not map back to an id registers none', async () => {
    for (const mspId of ['pharmacyMSP', 'Pharmacy', 'Phar-macyMSP', 'Phar.macyMSP'])
      expect(await codeOf(register(newOrganisation('aut_pharmacy', mspId)))).toBe('ORGANISATION_ID_MISMATCH');
  });

  test('by an admin of another organisation, or a client of its own, is refused', async () => {
    const lab = newOrganisation('aut_lab', 'LabMSP');
    expect(await codeOf(register(lab, admin('HospitalMSP')))).toBe('CALLER_REFUSED');
    expect(await codeOf(register(lab, client('LabMSP')))).toBe('CALLER_REFUSED');
  });

  test('in another’s name is refused', async () => {
    const lab = newOrganisation('aut_lab', 'LabMSP');
    const statement = lab.registration({ iss: 'aut_other' });
    const call = fixture.run('RegisterAuthority', { statement }, { caller: admin('LabMSP') });
    expect(await codeOf(call)).toBe('STATEMENT_ISSUER_MISMATCH');
  });

  test('shows on this channel, and only there', async () => {
    const lab = newOrganisation('aut_lab', 'LabMSP');
    await register(lab);
    const ids = async (channel: 'cloud' | 'authorities') => {
      const page = await fixture.ask<{ rows: AuthorityState[] }>('ListAuthorities', {}, { channel });
      return page.rows.map(({ authorityId }) => authorityId);
    };
    expect(await ids('cloud')).toEqual(['aut_hospital', 'aut_lab']);
    expect(await ids('authorities')).toEqual(['aut_hospital']);
  });
});

describe('rotating an organisation’s key', () => {
  const rotate = (body: StatementBody<'rotateOrganisationKey'>, by = hospital) => {
    const statement = by.sign('rotateOrganisationKey', body, by.signer);
    return fixture.run('RotateOrganisationKey', { statement }, { caller: admin(by.mspId) });
  };

  test('needs the old key to sign and the new one to prove itself', async () => {
    const next = newSigner();
    const newKey = publicKeyOf(next);
    expect(await codeOf(rotate({ use: 'signing', newKey }))).toBe('KEY_PROOF_INVALID');
    const stolenProof = newOrganisation('aut_other', 'LabMSP').proofOf(next);
    expect(await codeOf(rotate({ use: 'signing', newKey, newKeyProof: stolenProof }))).toBe(
      'KEY_PROOF_INVALID',
    );
    await rotate({ use: 'signing', newKey, newKeyProof: hospital.proofOf(next) });
    expect(await codeOf(rotate({ use: 'encryption', newKey: newEncryptionKey() }))).toBe(
      'STATEMENT_KEY_UNKNOWN',
    );
    const state = await fixture.ask<AuthorityState>('GetAuthority', { authorityId: hospital.id });
    expect(state.signingKeys.at(-1)).toEqual({ key: newKey, from: new Date(fixture.nowMs).toISOString() });
  });

  test('of a provider works the same, but it has no break-glass key', async () => {
    const cloud = await fixture.organisation('prv_cloud-a', 'CloudAMSP');
    const newKey = newEncryptionKey();
    expect(await codeOf(rotate({ use: 'break-glass', newKey }, cloud))).toBe('STATEMENT_MALFORMED');
    expect(await codeOf(rotate({ use: 'encryption', newKey }, cloud))).toBeUndefined();
    expect(await codeOf(rotate({ use: 'encryption', newKey }, cloud))).toBe('KEY_UNCHANGED');
  });

  test('of nobody known is refused', async () => {
    const lab = newOrganisation('aut_lab', 'LabMSP');
    expect(await codeOf(rotate({ use: 'encryption', newKey: newEncryptionKey() }, lab))).toBe(
      'AUTHORITY_UNKNOWN',
    );
  });
});

describe('a practitioner', () => {
  test('can be withdrawn and brought back by the authority; each key has its time', async () => {
    const signer = newSigner();
    const practitionerId = newId('prc');
    const put = async (active: boolean) => {
      const body = {
        practitionerId,
        signingKey: publicKeyOf(signer),
        signingKeyProof: hospital.proofOf(signer, practitionerId),
        role: 'nurse',
        active,
      };
      const statement = hospital.sign('registerPractitioner', body, hospital.signer);
      await fixture.run('RegisterPractitioner', { statement }, { caller: client('HospitalMSP') });
      fixture.nowMs += 1_000;
    };
    for (const active of [true, false, true]) await put(active);
    const args = { authorityId: hospital.id, practitionerId };
    const { signingKeys, active } = await fixture.ask<PractitionerState>('GetPractitioner', args);
    expect(active).toBe(true);
    expect(signingKeys.map(({ until }) => until === undefined)).toEqual([false, true]);
  });
});

describe('an attestor', () => {
  const issuer = () => new TestIssuer('LabMSP', fixture.networkId, fixture.iat);
  const statementOf = (signer: Signer, options: StatementOptions = {}) =>
    issuer().sign('registerAttestor', { mspId: 'LabMSP', key: publicKeyOf(signer) }, signer, options);
  const registerAs = (statement: string, mspId = 'LabMSP') =>
    fixture.run('RegisterAttestor', { statement }, { caller: admin(mspId) });
  const withdraw = (key: string, mspId = 'LabMSP', caller = admin(mspId)) =>
    fixture.run('WithdrawAttestor', { mspId, key }, { caller });
  const list = async (filter: object = {}) =>
    (await fixture.ask<{ attestors: AttestorState[] }>('ListAttestors', filter)).attestors;
  const isSigner = async (signer: Signer) => {
    const { signers } = await fixture.ask<{ signers: SignerAnswer[] }>('FindSigners', {
      signers: [{ iss: 'LabMSP', kid: signer.kid }],
    });
    return signers[0]?.signer !== null;
  };

  test('is registered by the organisation for which it speaks', async () => {
    const signer = newSigner();
    expect(await codeOf(registerAs(statementOf(signer), 'HospitalMSP'))).toBe('CALLER_REFUSED');
    const foreign = statementOf(signer, { iss: 'HospitalMSP' });
    expect(await codeOf(registerAs(foreign))).toBe('STATEMENT_ISSUER_MISMATCH');
    await registerAs(statementOf(signer));
    const registeredAt = new Date(fixture.nowMs).toISOString();
    expect(await list()).toEqual([{ mspId: 'LabMSP', key: publicKeyOf(signer), registeredAt }]);
    expect(await list({ mspId: 'HospitalMSP' })).toEqual([]);
  });

  test('whose key was stolen is withdrawn, and no statement that the thief signs brings it back', async () => {
    const stolen = newSigner();
    const registration = statementOf(stolen);
    await registerAs(registration);
    expect(await isSigner(stolen)).toBe(true);
    const { result, event } = await withdraw(publicKeyOf(stolen));
    const withdrawnAt = new Date(fixture.nowMs).toISOString();
    expect(result).toMatchObject({ key: publicKeyOf(stolen), withdrawnAt });
    expect(event).toEqual({ name: 'OrganisationsChanged', payload: { ids: ['LabMSP'] } });
    expect([await isSigner(stolen), await list()]).toEqual([false, [result]]);
    await registerAs(registration);
    expect(await codeOf(registerAs(statementOf(stolen)))).toBe('KEY_REUSED');
    expect(await isSigner(stolen)).toBe(false);
  });

  test('is withdrawn by an admin of its own organisation, once', async () => {
    const signer = newSigner();
    await registerAs(statementOf(signer));
    const key = publicKeyOf(signer);
    expect(await codeOf(withdraw(key, 'LabMSP', admin('HospitalMSP')))).toBe('CALLER_REFUSED');
    expect(await codeOf(withdraw(key, 'LabMSP', client('LabMSP')))).toBe('CALLER_REFUSED');
    expect(await codeOf(withdraw(key, 'HospitalMSP'))).toBe('ATTESTOR_UNKNOWN');
    expect(await codeOf(withdraw(publicKeyOf(newSigner())))).toBe('ATTESTOR_UNKNOWN');
    const first = await withdraw(key);
    fixture.nowMs += 1_000;
    const second = await withdraw(key);
    expect(second.result).toEqual(first.result);
    expect(second.event).toBeUndefined();
  });

  test('joins no more than an organisation may have; a withdrawn one makes room', async () => {
    const [first = newSigner(), ...others] = Array.from({ length: ATTESTORS_PER_MSP_MAX }, newSigner);
    for (const signer of [first, ...others]) await registerAs(statementOf(signer));
    expect(await codeOf(registerAs(statementOf(newSigner())))).toBe('ATTESTOR_LIMIT');
    await withdraw(publicKeyOf(first));
    await registerAs(statementOf(newSigner()));
    expect(await codeOf(registerAs(statementOf(newSigner())))).toBe('ATTESTOR_LIMIT');
  });
});
