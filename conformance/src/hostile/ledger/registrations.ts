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
import type { IdentityName } from '../../chaincode/identities.js';
import { NO_EFFECT, THROUGH } from '../attempt.js';
import { adminOf, type Cast } from './cast.js';
import { argsOf, attestationOf, rotatePatientKey } from './drafts.js';
import { kind, type LedgerKind } from './ledger-attempt.js';

const register = (cast: Cast, statement: string) =>
  cast.send('patients enroller', 'RegisterPatient', { statement });
const rotatePatient = (
  cast: Cast,
  patient: TestPatient,
  body: StatementBody<'rotatePatientKey'>,
  signer = patient.consent,
) => {
  const statement = patient.sign('rotatePatientKey', body, signer);
  return cast.send('patients client', 'RotatePatientKey', { statement });
};
const rotateOf = (
  cast: Cast,
  organisation: TestOrganisation,
  body: StatementBody<'rotateOrganisationKey'>,
) => {
  const statement = organisation.sign('rotateOrganisationKey', body, organisation.signer);
  return cast.send(adminOf(organisation), 'RotateOrganisationKey', { statement });
};

const patientBody = (patient: TestPatient): StatementBody<'registerPatient'> => ({
  consentKey: publicKeyOf(patient.consent),
  gatewayKey: publicKeyOf(patient.gateway),
  gatewayKeyProof: patient.proofOf(patient.gateway),
  encryptionKey: newEncryptionKey(),
});
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
function registerOrganisation(cast: Cast, mspId: string, issuer: TestIssuer, id = issuer.id) {
  const signer = newSigner();
  const by = new TestOrganisation({
    id: issuer.id,
    mspId,
    aud: cast.ground.networkId,
    iat: cast.nowS,
    signer,
  });
  if (id.startsWith('aut_')) {
    const statement = by.sign('registerAuthority', authorityBody(id, mspId, signer), signer);
    return cast.send(adminOf(by), 'RegisterAuthority', { statement });
  }
  const statement = by.sign('registerProvider', providerBody(id, mspId, signer), signer);
  return cast.send(adminOf(by), 'RegisterProvider', { statement });
}

/** A practitioner of the hospital, registered as these say. */
async function practitioner(
  cast: Cast,
  { signer = newSigner(), id = newId('prc'), active = true, proof = true } = {},
): Promise<{ statement: string; id: string; signer: Signer }> {
  const { hospital } = cast;
  const signingKeyProof = hospital.proofOf(proof ? signer : newSigner(), id);
  const key = { signingKey: publicKeyOf(signer), signingKeyProof };
  const body = { practitionerId: id, ...key, role: 'physician', active };
  return { statement: hospital.sign('registerPractitioner', body, hospital.signer), id, signer };
}
const registerPractitioner = (cast: Cast, statement: string) =>
  cast.send('hospital client', 'RegisterPractitioner', { statement }, 'cloud');

const registerAttestor = (cast: Cast, of: TestOrganisation, signer: Signer, iss = of.mspId) => {
  const body = { mspId: of.mspId, key: publicKeyOf(signer) };
  const statement = cast.issuer(iss).sign('registerAttestor', body, signer);
  return cast.send(adminOf(of), 'RegisterAttestor', { statement });
};

/** Somebody else's key, with a proof that is not by it. */
type UnprovedKey = Pick<StatementBody<'rotatePatientKey'>, 'newKey' | 'newKeyProof'>;

/** How a key can be registered that is not one's own: without a proof, or with another key's or holder's. */
const PROOFS: Readonly<Record<string, (issuer: TestIssuer, cast: Cast) => UnprovedKey>> = {
  'no proof': () => ({ newKey: publicKeyOf(newSigner()) }),
  'a proof by another key': (issuer) => ({
    newKey: publicKeyOf(newSigner()),
    newKeyProof: issuer.proofOf(newSigner()),
  }),
  'a proof for another holder': (_issuer, cast) => {
    const key = newSigner();
    return { newKey: publicKeyOf(key), newKeyProof: cast.cloudB.proofOf(key) };
  },
  'a proof for another network': (issuer) => {
    const key = newSigner();
    const newKey = publicKeyOf(key);
    const proof = issuer.sign('keyProof', { subject: issuer.id, key: newKey }, key, { aud: 'elsewhere' });
    return { newKey, newKeyProof: proof };
  },
};

/** The same at each place where a key is registered that signs. */
const PLACES: Readonly<
  Record<string, (cast: Cast, key: (issuer: TestIssuer) => UnprovedKey) => Promise<string>>
> = {
  RegisterPatient: async (cast, keyFor) => {
    const patient = cast.stranger();
    const { newKey: gatewayKey, newKeyProof = patient.proofOf(newSigner()) } = keyFor(patient);
    const body = { ...patientBody(patient), gatewayKey, gatewayKeyProof: newKeyProof };
    return register(cast, patient.sign('registerPatient', body, patient.consent));
  },
  RotatePatientKey: async (cast, keyFor) => {
    const patient = await cast.patient();
    return rotatePatient(cast, patient, { use: 'gateway', ...keyFor(patient) });
  },
  'RotateOrganisationKey of an authority': async (cast, keyFor) =>
    rotateOf(cast, cast.lab, { use: 'signing', ...keyFor(cast.lab) }),
  'RotateOrganisationKey of a provider': async (cast, keyFor) =>
    rotateOf(cast, cast.labCloud, { use: 'signing', ...keyFor(cast.labCloud) }),
  RegisterPractitioner: async (cast, keyFor) => {
    const { hospital } = cast;
    const practitionerId = newId('prc');
    const { newKey, newKeyProof = hospital.proofOf(newSigner(), practitionerId) } = keyFor(
      cast.issuer(practitionerId),
    );
    const key = { signingKey: newKey, signingKeyProof: newKeyProof };
    const body = { practitionerId, ...key, role: 'physician', active: true };
    return registerPractitioner(cast, hospital.sign('registerPractitioner', body, hospital.signer));
  },
};

const unproved = kind(
  'unproved-key',
  'thief',
  'registers a key for signing whose holder has not asked for it',
  'KEY_PROOF_INVALID',
  Object.fromEntries(
    Object.entries(PLACES).flatMap(([place, use]) =>
      Object.entries(PROOFS).map(([how, keyFor]) => [
        `${place}, ${how}`,
        (cast: Cast) => use(cast, (issuer) => keyFor(issuer, cast)),
      ]),
    ),
  ),
);

/** Who is who, and who would like to be another one. */
export const registrations: readonly LedgerKind[] = [
  unproved,
  kind(
    'foreign-pseudonym',
    'patient',
    'registers under a pseudonym that another key gives',
    'PATIENT_ID_MISMATCH',
    {
      RegisterPatient: async (cast) => {
        const [victim, other] = [cast.stranger(), cast.stranger()];
        const body = { ...patientBody(other), gatewayKeyProof: victim.proofOf(other.gateway) };
        return register(cast, victim.sign('registerPatient', body, other.consent));
      },
    },
  ),
  kind(
    'consent-key-delegated',
    'relay',
    'registers a patient whose gateway holds the consent key',
    'KEY_PROOF_INVALID',
    {
      RegisterPatient: async (cast) => {
        const patient = cast.stranger();
        const gatewayKey = publicKeyOf(patient.consent);
        const body = {
          ...patientBody(patient),
          gatewayKey,
          gatewayKeyProof: patient.proofOf(patient.consent),
        };
        return register(cast, patient.sign('registerPatient', body, patient.consent));
      },
    },
  ),
  kind(
    'registered-anew',
    'thief',
    'registers a patient anew with the first consent key, which was rotated away',
    'PATIENT_EXISTS',
    {
      RegisterPatient: async (cast) => {
        const patient = await cast.patient();
        await rotatePatientKey(cast, patient, 'consent');
        const stolen = cast.stranger(patient.consent);
        return register(cast, stolen.registration());
      },
    },
  ),
  kind('old-key-again', 'thief', 'rotates to a key that was used before, for whatever', 'KEY_REUSED', {
    'RotatePatientKey, to the first gateway key': async (cast) => {
      const patient = await cast.patient();
      await rotatePatientKey(cast, patient, 'gateway');
      const newKey = publicKeyOf(patient.gateway);
      const newKeyProof = patient.proofOf(patient.gateway);
      return rotatePatient(cast, patient, { use: 'gateway', newKey, newKeyProof });
    },
    'RotatePatientKey, from consent to the gateway’s': async (cast) => {
      const patient = await cast.patient();
      const newKey = publicKeyOf(patient.gateway);
      const newKeyProof = patient.proofOf(patient.gateway);
      return rotatePatient(cast, patient, { use: 'consent', newKey, newKeyProof });
    },
    RotateOrganisationKey: async (cast) => {
      const [first, second] = [newEncryptionKey(), newEncryptionKey()];
      const { cloudA } = cast;
      for (const newKey of [first, second])
        await cast.must('cloud-a admin', 'RotateOrganisationKey', {
          statement: cloudA.sign('rotateOrganisationKey', { use: 'encryption', newKey }, cloudA.signer),
        });
      return rotateOf(cast, cloudA, { use: 'encryption', newKey: first });
    },
  }),
  kind('same-key-again', 'thief', 'rotates to the key that is in force', 'KEY_UNCHANGED', {
    RotatePatientKey: async (cast) => {
      const patient = await cast.patient();
      const newKey = publicKeyOf(patient.gateway);
      const newKeyProof = patient.proofOf(patient.gateway);
      return rotatePatient(cast, patient, { use: 'gateway', newKey, newKeyProof });
    },
  }),
  kind(
    'foreign-organisation-id',
    'operator',
    'registers its own organisation under an id that patients know another one by',
    'ORGANISATION_ID_MISMATCH',
    {
      'an authority’s, free': (cast) => registerOrganisation(cast, 'CloudBMSP', cast.issuer('aut_pharmacy')),
      'an authority’s, taken': (cast) => registerOrganisation(cast, 'CloudBMSP', cast.issuer('aut_hospital')),
      'a provider’s, free': (cast) => registerOrganisation(cast, 'HospitalMSP', cast.issuer('prv_cloud-c')),
      'a provider’s, taken': (cast) => registerOrganisation(cast, 'HospitalMSP', cast.issuer('prv_cloud-a')),
    },
  ),
  kind(
    'foreign-statement-id-space',
    'operator',
    'registers its own id by a statement that another organisation is said to have issued',
    'STATEMENT_ISSUER_MISMATCH',
    {
      RegisterAuthority: (cast) =>
        registerOrganisation(cast, 'CloudBMSP', cast.issuer('aut_hospital'), 'aut_cloud-b'),
      RegisterProvider: (cast) =>
        registerOrganisation(cast, 'HospitalMSP', cast.issuer('prv_cloud-a'), 'prv_hospital'),
      RegisterAttestor: (cast) => registerAttestor(cast, cast.lab, newSigner(), 'HospitalMSP'),
    },
  ),
  kind(
    'organisation-anew-authority',
    'thief',
    'registers an organisation anew with the admin’s certificate, to give it keys of its own',
    'AUTHORITY_EXISTS',
    { RegisterAuthority: (cast) => registerOrganisation(cast, 'LabMSP', cast.issuer('aut_lab')) },
  ),
  kind(
    'organisation-anew-provider',
    'thief',
    'registers a provider anew with the admin’s certificate, to give it keys of its own',
    'PROVIDER_EXISTS',
    { RegisterProvider: (cast) => registerOrganisation(cast, 'CloudAMSP', cast.issuer('prv_cloud-a')) },
  ),
  kind(
    'provider-break-glass',
    'provider',
    'gives itself a key for breaking the glass, as if it read records',
    'STATEMENT_MALFORMED',
    {
      RotateOrganisationKey: (cast) =>
        rotateOf(cast, cast.cloudB, { use: 'break-glass', newKey: newEncryptionKey() }),
    },
  ),
  kind(
    'withdrawn-practitioner-back',
    'relay',
    'brings a withdrawn practitioner back by sending the first registration again',
    NO_EFFECT,
    {
      RegisterPractitioner: async (cast) => {
        const first = await practitioner(cast);
        await registerPractitioner(cast, first.statement);
        const { statement } = await practitioner(cast, { ...first, active: false });
        await registerPractitioner(cast, statement);
        const answer = await registerPractitioner(cast, first.statement);
        const known = { authorityId: 'aut_hospital', practitionerId: first.id };
        const { active } = (await cast.ask('GetPractitioner', known, 'cloud')) as PractitionerState;
        return active ? THROUGH : answer;
      },
    },
  ),
  kind(
    'withdrawn-attestor-attests',
    'thief',
    'attests with a key that was withdrawn, or never registered',
    'ATTESTOR_UNKNOWN',
    {
      'a withdrawn key': async (cast) => {
        const { issuer, signer } = await cast.newAttestor(cast.lab);
        await withdraw(cast, 'lab admin', 'LabMSP', signer);
        return attest(cast, issuer.sign('attestation', attestationOf(cast), signer));
      },
      'a key of nobody': async (cast) => {
        const signer = newSigner();
        return attest(cast, cast.issuer('LabMSP').sign('attestation', attestationOf(cast), signer));
      },
      'a key of another organisation': async (cast) => {
        const { signer } = await cast.attestor(cast.lab);
        return attest(cast, cast.issuer('HospitalMSP').sign('attestation', attestationOf(cast), signer));
      },
    },
  ),
  kind(
    'withdrawn-attestor-anew',
    'thief',
    'registers a withdrawn attestor’s key anew, or sends its registration again',
    'KEY_REUSED',
    {
      RegisterAttestor: async (cast) => {
        const { issuer, signer } = await cast.newAttestor(cast.lab);
        await withdraw(cast, 'lab admin', 'LabMSP', signer);
        const answer = await registerAttestor(cast, cast.lab, signer);
        const attested = await attest(cast, issuer.sign('attestation', attestationOf(cast), signer));
        if (attested === THROUGH) return THROUGH;
        return answer === THROUGH ? NO_EFFECT : answer;
      },
    },
  ),
  kind('unknown-attestor', 'operator', 'withdraws an attestor that nobody registered', 'ATTESTOR_UNKNOWN', {
    WithdrawAttestor: (cast) =>
      cast.send('lab admin', 'WithdrawAttestor', { mspId: 'LabMSP', key: publicKeyOf(newSigner()) }),
  }),
  kind(
    'too-many-attestors',
    'operator',
    'registers attestors without end',
    'ATTESTOR_LIMIT',
    {
      RegisterAttestor: async (cast) => {
        for (let count = 0; count < ATTESTORS_PER_MSP_MAX; count += 1) await cast.newAttestor(cast.cloudB);
        return registerAttestor(cast, cast.cloudB, newSigner());
      },
    },
    'memory',
  ),
  kind(
    'attested-twice',
    'operator',
    'attests something else of a transaction than it did before',
    'ATTESTATION_CONFLICT',
    {
      AttestTransactions: async (cast) => {
        const { issuer, signer } = await cast.attestor(cast.lab);
        const said = attestationOf(cast);
        await attest(cast, issuer.sign('attestation', said, signer));
        return attest(cast, issuer.sign('attestation', { ...said, code: 'MVCC_READ_CONFLICT' }, signer));
      },
    },
  ),
  kind(
    'attested-elsewhere',
    'operator',
    'attests transactions of another network here',
    'STATEMENT_AUDIENCE_MISMATCH',
    {
      AttestTransactions: async (cast) => {
        const { issuer, signer } = await cast.attestor(cast.lab);
        return attest(
          cast,
          issuer.sign('attestation', attestationOf(cast, { network: 'elsewhere' }), signer),
        );
      },
    },
  ),
];

const attest = (cast: Cast, statement: string) =>
  cast.send('cloud-b client', 'AttestTransactions', argsOf('AttestTransactions', statement));

async function withdraw(cast: Cast, admin: IdentityName, mspId: string, signer: Signer): Promise<void> {
  await cast.must(admin, 'WithdrawAttestor', { mspId, key: publicKeyOf(signer) });
}
