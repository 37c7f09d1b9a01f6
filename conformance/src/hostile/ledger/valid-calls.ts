import { newEncryptionKey, newId, newSigner, publicKeyOf } from '@careledger/chaincode-runtime/testing';
import type { accessControl, records } from '@careledger/contracts';
import type { ChannelName } from '@careledger/domain';
import { announcementOf, newHash, nextOf, recordOf } from '@careledger/records-chaincode/testing';
import { EVERYBODY, type IdentityName } from '../../fixtures/chaincode/identities.js';
import { blockOf, type Cast } from './ledger-fixture.js';
import {
  TERMS,
  attestationOf,
  byNewcomer,
  byOrganisation,
  byPatient,
  pendingSubscription,
  readingOf,
  visitOf,
  type Prepared,
} from './drafts.js';

type Transactions = (typeof accessControl)['transactions'] & (typeof records)['transactions'];
/** Functions that write. */
export type WritingFunction = {
  [N in keyof Transactions]: Transactions[N]['kind'] extends 'submit' ? N : never;
}[keyof Transactions];

/** Whose statement a function takes; `newcomer`: of one who registers a key by it. */
export type IssuerClass = 'patient' | 'organisation' | 'attestor' | 'newcomer';

/** One honest use of a function that writes. */
export interface Specimen {
  /** None where it takes no statement. */
  readonly by: IssuerClass | undefined;
  readonly channel: ChannelName;
  readonly identity: IdentityName;
  /** Members whom the function admits but who may not carry this, and with what they are refused. */
  readonly refuses: Readonly<Partial<Record<IdentityName, string>>>;
  /** Brings about what has to be on the ledger before. */
  readonly prepare: (cast: Cast) => Promise<Prepared>;
}

const specimen = (
  by: IssuerClass | undefined,
  channel: ChannelName,
  identity: IdentityName,
  prepare: Specimen['prepare'],
  refuses: Specimen['refuses'] = {},
): Specimen => ({ by, channel, identity, prepare, refuses });

/** Authorities carry some statements of their own alone. */
const NOT_THE_LAB = { 'lab client': 'STATEMENT_ISSUER_MISMATCH' } as const;
const NOT_OTHER_PROVIDERS = (code: string) => ({ 'cloud-b client': code, 'lab client': code });
const noOtherAdmin = (admin: IdentityName): Specimen['refuses'] =>
  Object.fromEntries(
    EVERYBODY.filter((identity) => identity.endsWith(' admin') && identity !== admin).map((identity) => [
      identity,
      'CALLER_REFUSED',
    ]),
  );

/**
 * Each function that writes, used as it should be. What is tried afterwards differs from these in the one thing that
 * makes it an attack.
 */
export const SPECIMENS: Readonly<Record<WritingFunction, Specimen>> = {
  RegisterPatient: specimen('newcomer', 'cloud', 'patients enroller', async (cast) => {
    const patient = cast.stranger();
    const body = {
      consentKey: publicKeyOf(patient.consent),
      gatewayKey: publicKeyOf(patient.gateway),
      gatewayKeyProof: patient.proofOf(patient.gateway),
      encryptionKey: newEncryptionKey(),
    };
    return byNewcomer(patient, patient.consent, 'registerPatient', body, patient.gateway);
  }),
  RotatePatientKey: specimen('patient', 'cloud', 'lab client', async (cast) => {
    const patient = await cast.patient();
    const next = newSigner();
    const body = { use: 'gateway' as const, newKey: publicKeyOf(next), newKeyProof: patient.proofOf(next) };
    return byPatient(cast, 'cloud', patient, 'consent', 'rotatePatientKey', body);
  }),
  RegisterAuthority: specimen(
    'newcomer',
    'cloud',
    'cloud-b admin',
    async ({ newAuthority, cloudB }) => {
      const signer = newSigner();
      const body = {
        authorityId: newAuthority.id,
        mspId: newAuthority.mspId,
        kind: 'research' as const,
        signingKey: publicKeyOf(signer),
        encryptionKey: newEncryptionKey(),
      };
      return byNewcomer(newAuthority, signer, 'registerAuthority', body, cloudB.signer);
    },
    noOtherAdmin('cloud-b admin'),
  ),
  RegisterProvider: specimen(
    'newcomer',
    'authorities',
    'hospital admin',
    async ({ newProvider, hospital }) => {
      const signer = newSigner();
      const body = {
        providerId: newProvider.id,
        mspId: newProvider.mspId,
        signingKey: publicKeyOf(signer),
        encryptionKey: newEncryptionKey(),
        endpoint: 'https://cloud.example',
      };
      return byNewcomer(newProvider, signer, 'registerProvider', body, hospital.signer);
    },
    noOtherAdmin('hospital admin'),
  ),
  RotateOrganisationKey: specimen(
    'organisation',
    'cloud',
    'lab admin',
    async (cast) => {
      const { labCloud, lab } = cast;
      const body = { use: 'encryption' as const, newKey: newEncryptionKey() };
      return byOrganisation(cast, 'cloud', labCloud, 'rotateOrganisationKey', body, lab.signer);
    },
    noOtherAdmin('lab admin'),
  ),
  RegisterPractitioner: specimen(
    'organisation',
    'authorities',
    'hospital client',
    async (cast) => {
      const { hospital } = cast;
      const [practitionerId, signer] = [newId('prc'), newSigner()];
      const body = {
        practitionerId,
        signingKey: publicKeyOf(signer),
        signingKeyProof: hospital.proofOf(signer, practitionerId),
        role: 'physician',
        active: true,
      };
      return byOrganisation(cast, 'authorities', hospital, 'registerPractitioner', body, signer);
    },
    NOT_THE_LAB,
  ),
  RegisterAttestor: specimen(
    'newcomer',
    'cloud',
    'cloud-a admin',
    async (cast) => {
      const signer = newSigner();
      const body = { mspId: 'CloudAMSP', key: publicKeyOf(signer) };
      return byNewcomer(cast.issuer('CloudAMSP'), signer, 'registerAttestor', body, cast.cloudA.signer);
    },
    noOtherAdmin('cloud-a admin'),
  ),
  WithdrawAttestor: specimen(
    undefined,
    'cloud',
    'lab admin',
    async (cast) => {
      const { signer } = await cast.newAttestor(cast.lab);
      return { args: { mspId: 'LabMSP', key: publicKeyOf(signer) } };
    },
    noOtherAdmin('lab admin'),
  ),
  Grant: specimen('patient', 'cloud', 'patients client', async (cast) => {
    const patient = await cast.patient();
    const body = {
      policySeq: 1,
      authorityId: cast.hospital.id,
      granteeTags: [],
      scopeTags: [],
      from: '2026-01-01T00:00:00Z',
      delegable: false,
      ...TERMS,
    };
    return byPatient(cast, 'cloud', patient, 'consent', 'grant', body);
  }),
  Revoke: specimen('patient', 'cloud', 'lab client', async (cast) => {
    const patient = await cast.patient();
    const body = { policySeq: 2, grantId: await cast.granted(patient, cast.hospital) };
    return byPatient(cast, 'cloud', patient, 'consent', 'revoke', body);
  }),
  RequestSubscription: specimen(
    'organisation',
    'authorities',
    'hospital client',
    async (cast) => {
      const { hospital, cloudA } = cast;
      const body = { patientId: (await cast.patient()).id, ...TERMS };
      return byOrganisation(cast, 'authorities', hospital, 'requestSubscription', body, cloudA.signer);
    },
    NOT_THE_LAB,
  ),
  RejectSubscription: specimen('patient', 'authorities', 'lab client', async (cast) => {
    const patient = await cast.patient();
    const body = { subscriptionId: await pendingSubscription(cast, patient) };
    return byPatient(cast, 'authorities', patient, 'consent', 'rejectSubscription', body);
  }),
  CancelSubscription: specimen(
    'organisation',
    'authorities',
    'hospital client',
    async (cast) => {
      const { hospital } = cast;
      const patient = await cast.patient();
      const body = { subscriptionId: await pendingSubscription(cast, patient), patientId: patient.id };
      return byOrganisation(cast, 'authorities', hospital, 'cancelSubscription', body, patient.consent);
    },
    NOT_THE_LAB,
  ),
  StoreRecords: specimen(
    'patient',
    'cloud',
    'cloud-a client',
    async (cast) => {
      const patient = await cast.patient();
      return byPatient(cast, 'cloud', patient, 'gateway', 'storeRecord', recordOf(patient.id));
    },
    NOT_OTHER_PROVIDERS('PROVIDER_MISMATCH'),
  ),
  ReviseRecords: specimen(
    'patient',
    'cloud',
    'cloud-a client',
    async (cast) => {
      const patient = await cast.patient();
      const body = nextOf(await cast.stored(patient, patient));
      return byPatient(cast, 'cloud', patient, 'gateway', 'storeRecord', body);
    },
    NOT_OTHER_PROVIDERS('PROVIDER_MISMATCH'),
  ),
  AnnounceRecords: specimen('patient', 'authorities', 'patients client', async (cast) => {
    const patient = await cast.patient();
    const body = announcementOf(patient.id);
    return byPatient(cast, 'authorities', patient, 'gateway', 'announceRecord', body);
  }),
  AnchorHeads: specimen('patient', 'authorities', 'patients client', async (cast) => {
    const patient = await cast.patient();
    const body = { height: 1, hash: newHash(), prevHeight: null, prevHash: null };
    return byPatient(cast, 'authorities', patient, 'gateway', 'anchorHead', body);
  }),
  ReportFork: specimen(undefined, 'authorities', 'lab client', async (cast) => {
    const { id, gateway } = await cast.patient();
    return { args: { patientId: id, blocks: [blockOf(id, 5, gateway), blockOf(id, 5, gateway)] } };
  }),
  RequestAccess: specimen(
    'patient',
    'cloud',
    'cloud-a client',
    async (cast) => {
      const patient = await cast.patient();
      const { recordId } = await cast.stored(patient, patient);
      const body = {
        patientId: patient.id,
        recordId,
        purpose: 'PATRQT' as const,
        granteeTags: [],
        relay: cast.cloudA.id,
      };
      return byPatient(cast, 'cloud', patient, 'consent', 'accessRequest', body);
    },
    NOT_OTHER_PROVIDERS('RELAY_MISMATCH'),
  ),
  ReportReadings: specimen('organisation', 'cloud', 'lab client', async (cast) => {
    const { hospital } = cast;
    const patient = await cast.patient();
    const record = await cast.stored(patient, patient, { kind: 'emergency' });
    const body = readingOf(cast, record);
    return byOrganisation(cast, 'cloud', hospital, 'noticeReading', body, patient.consent);
  }),
  RecordVisit: specimen(
    'organisation',
    'authorities',
    'hospital client',
    async (cast) => {
      const patient = await cast.patient();
      const body = visitOf(cast, patient.id);
      return byOrganisation(cast, 'authorities', cast.hospital, 'visit', body, patient.consent);
    },
    NOT_THE_LAB,
  ),
  RelateVisit: specimen('organisation', 'cloud', 'cloud-b client', async (cast) => {
    const patient = await cast.patient();
    const body = visitOf(cast, patient.id);
    return byOrganisation(cast, 'cloud', cast.hospital, 'visit', body, patient.consent);
  }),
  AttestTransactions: specimen('attestor', 'cloud', 'cloud-b client', async (cast) => {
    const { issuer, signer } = await cast.attestor(cast.hospital);
    const args = { mspId: 'HospitalMSP', key: publicKeyOf(signer) };
    const retire = () => cast.must('hospital admin', 'WithdrawAttestor', args);
    const otherKey = cast.hospital.signer;
    return {
      draft: { kind: 'attestation', issuer, signer, body: attestationOf(cast), otherKey, retire },
    };
  }),
};

/** Every function that writes, with its specimen. */
export const WRITING = Object.entries(SPECIMENS).map(([name, each]) => ({ name, ...each }));
