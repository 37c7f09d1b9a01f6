import {
  TestOrganisation,
  newEncryptionKey,
  newId,
  newSigner,
  publicKeyOf,
  type TestIssuer,
  type TestPatient,
} from '@careledger/chaincode-runtime/testing';
import { ATTESTORS_PER_MSP_MAX, type PractitionerState, type StatementBody } from '@careledger/contracts';
import type { Signer } from '@careledger/crypto';
import type { IdentityName } from '../../fixtures/chaincode/identities.js';
import { NO_EFFECT, THROUGH } from '../attempt.js';
import { adminOf, type LedgerFixture } from './ledger-fixture.js';
import { argsOf, attestationOf, newRegistration, rotatePatientKey } from './drafts.js';
import { kind, type LedgerKind } from './ledger-attempt.js';

/** How a patient is registered: alone, or among others. */
type Registration = 'RegisterPatient' | 'RegisterPatients';

const register = (fixture: LedgerFixture, name: Registration, statement: string) =>
  fixture.send('patients enroller', name, argsOf(name, statement));
/** The same attempt by each. */
const byEach = <Try>(attempt: (name: Registration) => Try): Record<Registration, Try> => ({
  RegisterPatient: attempt('RegisterPatient'),
  RegisterPatients: attempt('RegisterPatients'),
});
const rotatePatient = (
  fixture: LedgerFixture,
  patient: TestPatient,
  body: StatementBody<'rotatePatientKey'>,
  signer = patient.consent,
) => {
  const statement = patient.sign('rotatePatientKey', body, signer);
  return fixture.send('patients client', 'RotatePatientKey', { statement });
};
const rotateOf = (
  fixture: LedgerFixture,
  organisation: TestOrganisation,
  body: StatementBody<'rotateOrganisationKey'>,
) => {
  const statement = organisation.sign('rotateOrganisationKey', body, organisation.signer);
  return fixture.send(adminOf(organisation), 'RotateOrganisationKey', { statement });
};

const authorityBody = (id: string, mspId: string, signer: Signer): StatementBody<'registerAuthority'> => ({
  authorityId: id,
  mspId,
  kind: 'pharmacy',
  signingKey: publicKeyOf(signer),
  encryptionKey: newEncryptionKey(),
});
const providerBody = (id: string, mspId: string, signer: Signer): StatementBody<'registerProvider'> => ({
  providerId: id,
  mspId,
  signingKey: publicKeyOf(signer),
  encryptionKey: newEncryptionKey(),
  endpoint: 'https://cloud.example',
});

/** Registers, by the admin of an organisation, what its statement says. */
function registerOrganisation(fixture: LedgerFixture, mspId: string, issuer: TestIssuer, id = issuer.id) {
  const signer = newSigner();
  const by = new TestOrganisation({
    id: issuer.id,
    mspId,
    aud: fixture.target.networkId,
    iat: fixture.nowS,
    signer,
  });
  if (id.startsWith('aut_')) {
    const statement = by.sign('registerAuthority', authorityBody(id, mspId, signer), signer);
    return fixture.send(adminOf(by), 'RegisterAuthority', { statement });
  }
  const statement = by.sign('registerProvider', providerBody(id, mspId, signer), signer);
  return fixture.send(adminOf(by), 'RegisterProvider', { statement });
}

/** A practitioner of the hospital, registered as these say. */
async function practitioner(
  fixture: LedgerFixture,
  { signer = newSigner(), id = newId('prc'), active = true, proof = true } = {},
): Promise<{ statement: string; id: string; signer: Signer }> {
  const { hospital } = fixture;
  const signingKeyProof = hospital.proofOf(proof ? signer : newSigner(), id);
  const key = { signingKey: publicKeyOf(signer), signingKeyProof };
  const body = { practitionerId: id, ...key, role: 'physician', active };
  return { statement: hospital.sign('registerPractitioner', body, hospital.signer), id, signer };
}
const registerPractitioner = (fixture: LedgerFixture, statement: string) =>
  fixture.send('hospital client', 'RegisterPractitioner', { statement }, 'cloud');

const registerAttestor = (fixture: LedgerFixture, of: TestOrganisation, signer: Signer, iss = of.mspId) => {
  const body = { mspId: of.mspId, key: publicKeyOf(signer) };
  const statement = fixture.issuer(iss).sign('registerAttestor', body, signer);
  return fixture.send(adminOf(of), 'RegisterAttestor', { statement });
};

/** Somebody else's key, with a proof that is not by it. */
type UnprovedKey = Pick<StatementBody<'rotatePatientKey'>, 'newKey' | 'newKeyProof'>;

/** How a key can be registered that is not one's own: without a proof, or with another key's or holder's. */
const PROOFS: Readonly<Record<string, (issuer: TestIssuer, fixture: LedgerFixture) => UnprovedKey>> = {
  'no proof': () => ({ newKey: publicKeyOf(newSigner()) }),
  'a proof by another key': (issuer) => ({
    newKey: publicKeyOf(newSigner()),
    newKeyProof: issuer.proofOf(newSigner()),
  }),
  'a proof for another holder': (_issuer, fixture) => {
    const key = newSigner();
    return { newKey: publicKeyOf(key), newKeyProof: fixture.cloudB.proofOf(key) };
  },
  'a proof for another network': (issuer) => {
    const key = newSigner();
    const newKey = publicKeyOf(key);
    const proof = issuer.sign('keyProof', { subject: issuer.id, key: newKey }, key, { aud: 'elsewhere' });
    return { newKey, newKeyProof: proof };
  },
};

/** The same with each function that registers a key for signing. */
const REGISTERING: Readonly<
  Record<string, (fixture: LedgerFixture, key: (issuer: TestIssuer) => UnprovedKey) => Promise<string>>
> = {
  ...byEach((name) => async (fixture: LedgerFixture, keyFor: (issuer: TestIssuer) => UnprovedKey) => {
    const patient = fixture.stranger();
    const { newKey: gatewayKey, newKeyProof = patient.proofOf(newSigner()) } = keyFor(patient);
    const body = { ...newRegistration(patient), gatewayKey, gatewayKeyProof: newKeyProof };
    return register(fixture, name, patient.sign('registerPatient', body, patient.consent));
  }),
  RotatePatientKey: async (fixture, keyFor) => {
    const patient = await fixture.patient();
    return rotatePatient(fixture, patient, { use: 'gateway', ...keyFor(patient) });
  },
  'RotateOrganisationKey of an authority': async (fixture, keyFor) =>
    rotateOf(fixture, fixture.lab, { use: 'signing', ...keyFor(fixture.lab) }),
  'RotateOrganisationKey of a provider': async (fixture, keyFor) =>
    rotateOf(fixture, fixture.labCloud, { use: 'signing', ...keyFor(fixture.labCloud) }),
  RegisterPractitioner: async (fixture, keyFor) => {
    const { hospital } = fixture;
    const practitionerId = newId('prc');
    const { newKey, newKeyProof = hospital.proofOf(newSigner(), practitionerId) } = keyFor(
      fixture.issuer(practitionerId),
    );
    const key = { signingKey: newKey, signingKeyProof: newKeyProof };
    const body = { practitionerId, ...key, role: 'physician', active: true };
    return registerPractitioner(fixture, hospital.sign('registerPractitioner', body, hospital.signer));
  },
};

const unproved = kind({
  id: 'unproved-key',
  role: 'thief',
  what: 'registers a key for signing whose holder has not asked for it',
  answer: 'KEY_PROOF_INVALID',
  tries: Object.fromEntries(
    Object.entries(REGISTERING).flatMap(([name, use]) =>
      Object.entries(PROOFS).map(([how, keyFor]) => [
        `${name}, ${how}`,
        (fixture: LedgerFixture) => use(fixture, (issuer) => keyFor(issuer, fixture)),
      ]),
    ),
  ),
});

/** Who is who, and who would like to be another one. */
export const registrations: readonly LedgerKind[] = [
  unproved,
  kind({
    id: 'foreign-pseudonym',
    role: 'patient',
    what: 'registers under a pseudonym that another key gives',
    answer: 'PATIENT_ID_MISMATCH',
    tries: byEach((name) => async (fixture: LedgerFixture) => {
      const [victim, other] = [fixture.stranger(), fixture.stranger()];
      const body = { ...newRegistration(other), gatewayKeyProof: victim.proofOf(other.gateway) };
      return register(fixture, name, victim.sign('registerPatient', body, other.consent));
    }),
  }),
  kind({
    id: 'consent-key-delegated',
    role: 'relay',
    what: 'registers a patient whose gateway holds the consent key',
    answer: 'KEY_PROOF_INVALID',
    tries: byEach((name) => async (fixture: LedgerFixture) => {
      const patient = fixture.stranger();
      const gatewayKey = publicKeyOf(patient.consent);
      const body = {
        ...newRegistration(patient),
        gatewayKey,
        gatewayKeyProof: patient.proofOf(patient.consent),
      };
      return register(fixture, name, patient.sign('registerPatient', body, patient.consent));
    }),
  }),
  kind({
    id: 'registered-again',
    role: 'thief',
    what: 'registers a patient again with the first consent key, which was rotated away',
    answer: 'PATIENT_EXISTS',
    tries: byEach((name) => async (fixture: LedgerFixture) => {
      const patient = await fixture.patient();
      await rotatePatientKey(fixture, patient, 'consent');
      const stolen = fixture.stranger(patient.consent);
      return register(fixture, name, stolen.registration());
    }),
  }),
  kind({
    id: 'old-key-again',
    role: 'thief',
    what: 'rotates to a key that was used before, for whatever',
    answer: 'KEY_REUSED',
    tries: {
      'RotatePatientKey, to the first gateway key': async (fixture) => {
        const patient = await fixture.patient();
        await rotatePatientKey(fixture, patient, 'gateway');
        const newKey = publicKeyOf(patient.gateway);
        const newKeyProof = patient.proofOf(patient.gateway);
        return rotatePatient(fixture, patient, { use: 'gateway', newKey, newKeyProof });
      },
      'RotatePatientKey, from consent to the gateway’s': async (fixture) => {
        const patient = await fixture.patient();
        const newKey = publicKeyOf(patient.gateway);
        const newKeyProof = patient.proofOf(patient.gateway);
        return rotatePatient(fixture, patient, { use: 'consent', newKey, newKeyProof });
      },
      RotateOrganisationKey: async (fixture) => {
        const [first, second] = [newEncryptionKey(), newEncryptionKey()];
        const { cloudA } = fixture;
        for (const newKey of [first, second])
          await fixture.must('cloud-a admin', 'RotateOrganisationKey', {
            statement: cloudA.sign('rotateOrganisationKey', { use: 'encryption', newKey }, cloudA.signer),
          });
        return rotateOf(fixture, cloudA, { use: 'encryption', newKey: first });
      },
    },
  }),
  kind({
    id: 'same-key-again',
    role: 'thief',
    what: 'rotates to the key that is in force',
    answer: 'KEY_UNCHANGED',
    tries: {
      RotatePatientKey: async (fixture) => {
        const patient = await fixture.patient();
        const newKey = publicKeyOf(patient.gateway);
        const newKeyProof = patient.proofOf(patient.gateway);
        return rotatePatient(fixture, patient, { use: 'gateway', newKey, newKeyProof });
      },
    },
  }),
  kind({
    id: 'foreign-organisation-id',
    role: 'operator',
    what: 'registers its own organisation under an id that patients know another one by',
    answer: 'ORGANISATION_ID_MISMATCH',
    tries: {
      'an authority’s, free': (fixture) =>
        registerOrganisation(fixture, 'CloudBMSP', fixture.issuer('aut_pharmacy')),
      'an authority’s, taken': (fixture) =>
        registerOrganisation(fixture, 'CloudBMSP', fixture.issuer('aut_hospital')),
      'a provider’s, free': (fixture) =>
        registerOrganisation(fixture, 'HospitalMSP', fixture.issuer('prv_cloud-c')),
      'a provider’s, taken': (fixture) =>
        registerOrganisation(fixture, 'HospitalMSP', fixture.issuer('prv_cloud-a')),
    },
  }),
  kind({
    id: 'foreign-statement-id-space',
    role: 'operator',
    what: 'registers its own id by a statement that another organisation is said to have issued',
    answer: 'STATEMENT_ISSUER_MISMATCH',
    tries: {
      RegisterAuthority: (fixture) =>
        registerOrganisation(fixture, 'CloudBMSP', fixture.issuer('aut_hospital'), 'aut_cloud-b'),
      RegisterProvider: (fixture) =>
        registerOrganisation(fixture, 'HospitalMSP', fixture.issuer('prv_cloud-a'), 'prv_hospital'),
      RegisterAttestor: (fixture) => registerAttestor(fixture, fixture.lab, newSigner(), 'HospitalMSP'),
    },
  }),
  kind({
    id: 'organisation-again-authority',
    role: 'thief',
    what: 'registers an organisation again with the admin’s certificate, to give it keys of its own',
    answer: 'AUTHORITY_EXISTS',
    tries: {
      RegisterAuthority: (fixture) => registerOrganisation(fixture, 'LabMSP', fixture.issuer('aut_lab')),
    },
  }),
  kind({
    id: 'organisation-again-provider',
    role: 'thief',
    what: 'registers a provider again with the admin’s certificate, to give it keys of its own',
    answer: 'PROVIDER_EXISTS',
    tries: {
      RegisterProvider: (fixture) =>
        registerOrganisation(fixture, 'CloudAMSP', fixture.issuer('prv_cloud-a')),
    },
  }),
  kind({
    id: 'provider-break-glass',
    role: 'provider',
    what: 'gives itself a key for breaking the glass, as if it read records',
    answer: 'STATEMENT_MALFORMED',
    tries: {
      RotateOrganisationKey: (fixture) =>
        rotateOf(fixture, fixture.cloudB, { use: 'break-glass', newKey: newEncryptionKey() }),
    },
  }),
  kind({
    id: 'withdrawn-practitioner-back',
    role: 'relay',
    what: 'brings a withdrawn practitioner back by sending the first registration again',
    answer: NO_EFFECT,
    tries: {
      RegisterPractitioner: async (fixture) => {
        const first = await practitioner(fixture);
        await registerPractitioner(fixture, first.statement);
        const { statement } = await practitioner(fixture, { ...first, active: false });
        await registerPractitioner(fixture, statement);
        const answer = await registerPractitioner(fixture, first.statement);
        const known = { authorityId: 'aut_hospital', practitionerId: first.id };
        const { active } = (await fixture.ask('GetPractitioner', known, 'cloud')) as PractitionerState;
        return active ? THROUGH : answer;
      },
    },
  }),
  kind({
    id: 'withdrawn-attestor-attests',
    role: 'thief',
    what: 'attests with a key that was withdrawn, or never registered',
    answer: 'ATTESTOR_UNKNOWN',
    tries: {
      'a withdrawn key': async (fixture) => {
        const { issuer, signer } = await fixture.newAttestor(fixture.lab);
        await withdraw(fixture, 'lab admin', 'LabMSP', signer);
        return attest(fixture, issuer.sign('attestation', attestationOf(fixture), signer));
      },
      'a key of nobody': async (fixture) => {
        const signer = newSigner();
        return attest(fixture, fixture.issuer('LabMSP').sign('attestation', attestationOf(fixture), signer));
      },
      'a key of another organisation': async (fixture) => {
        const { signer } = await fixture.attestor(fixture.lab);
        return attest(
          fixture,
          fixture.issuer('HospitalMSP').sign('attestation', attestationOf(fixture), signer),
        );
      },
    },
  }),
  kind({
    id: 'withdrawn-attestor-again',
    role: 'thief',
    what: 'registers a withdrawn attestor’s key again, or sends its registration again',
    answer: 'KEY_REUSED',
    tries: {
      RegisterAttestor: async (fixture) => {
        const { issuer, signer } = await fixture.newAttestor(fixture.lab);
        await withdraw(fixture, 'lab admin', 'LabMSP', signer);
        const answer = await registerAttestor(fixture, fixture.lab, signer);
        const attested = await attest(fixture, issuer.sign('attestation', attestationOf(fixture), signer));
        if (attested === THROUGH) return THROUGH;
        return answer === THROUGH ? NO_EFFECT : answer;
      },
    },
  }),
  kind({
    id: 'unknown-attestor',
    role: 'operator',
    what: 'withdraws an attestor that nobody registered',
    answer: 'ATTESTOR_UNKNOWN',
    tries: {
      WithdrawAttestor: (fixture) =>
        fixture.send('lab admin', 'WithdrawAttestor', { mspId: 'LabMSP', key: publicKeyOf(newSigner()) }),
    },
  }),
  kind({
    id: 'too-many-attestors',
    role: 'operator',
    what: 'registers attestors without end',
    answer: 'ATTESTOR_LIMIT',
    where: 'memory',
    tries: {
      RegisterAttestor: async (fixture) => {
        for (let count = 0; count < ATTESTORS_PER_MSP_MAX; count += 1)
          await fixture.newAttestor(fixture.cloudB);
        return registerAttestor(fixture, fixture.cloudB, newSigner());
      },
    },
  }),
  kind({
    id: 'attested-twice',
    role: 'operator',
    what: 'attests something else of a transaction than it did before',
    answer: 'ATTESTATION_CONFLICT',
    tries: {
      AttestTransactions: async (fixture) => {
        const { issuer, signer } = await fixture.attestor(fixture.lab);
        const said = attestationOf(fixture);
        await attest(fixture, issuer.sign('attestation', said, signer));
        return attest(fixture, issuer.sign('attestation', { ...said, code: 'MVCC_READ_CONFLICT' }, signer));
      },
    },
  }),
  kind({
    id: 'attested-elsewhere',
    role: 'operator',
    what: 'attests transactions of another network here',
    answer: 'STATEMENT_AUDIENCE_MISMATCH',
    tries: {
      AttestTransactions: async (fixture) => {
        const { issuer, signer } = await fixture.attestor(fixture.lab);
        return attest(
          fixture,
          issuer.sign('attestation', attestationOf(fixture, { network: 'elsewhere' }), signer),
        );
      },
    },
  }),
];

const attest = (fixture: LedgerFixture, statement: string) =>
  fixture.send('cloud-b client', 'AttestTransactions', argsOf('AttestTransactions', statement));

async function withdraw(
  fixture: LedgerFixture,
  admin: IdentityName,
  mspId: string,
  signer: Signer,
): Promise<void> {
  await fixture.must(admin, 'WithdrawAttestor', { mspId, key: publicKeyOf(signer) });
}
