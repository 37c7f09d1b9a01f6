import { newEncryptionKey, newId, newSigner, publicKeyOf } from '@careledger/chaincode-runtime/testing';
import type { accessControl, records } from '@careledger/contracts';
import type { ChannelName } from '@careledger/domain';
import { announcementOf, newHash, nextOf, recordOf } from '@careledger/records-chaincode/testing';
import { EVERYBODY, type IdentityName } from '../../fixtures/chaincode/identities.js';
import { blockOf, type LedgerFixture } from './ledger-fixture.js';
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
export interface ValidCall {
  /** None where it takes no statement. */
  readonly by: IssuerClass | undefined;
  readonly channel: ChannelName;
  readonly identity: IdentityName;
  /** Members whom the function admits but who may not carry this, and with what they are refused. */
  readonly refuses: Readonly<Partial<Record<IdentityName, string>>>;
  /** Brings about what has to be on the ledger before. */
  readonly prepare: (fixture: LedgerFixture) => Promise<Prepared>;
}

const validCall = (
  by: IssuerClass | undefined,
  channel: ChannelName,
  identity: IdentityName,
  prepare: ValidCall['prepare'],
  refuses: ValidCall['refuses'] = {},
): ValidCall => ({ by, channel, identity, prepare, refuses });

/** Authorities carry some statements of their own alone. */
const NOT_THE_LAB = { 'lab client': 'STATEMENT_ISSUER_MISMATCH' } as const;
const NOT_OTHER_PROVIDERS = (code: string) => ({ 'cloud-b client': code, 'lab client': code });
const noOtherAdmin = (admin: IdentityName): ValidCall['refuses'] =>
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
const VALID_CALLS: Readonly<Record<WritingFunction, ValidCall>> = {
  RegisterPatient: validCall('newcomer', 'cloud', 'patients enroller', async (fixture) => {
    const patient = fixture.stranger();
    const body = {
      consentKey: publicKeyOf(patient.consent),
      gatewayKey: publicKeyOf(patient.gateway),
      gatewayKeyProof: patient.proofOf(patient.gateway),
      encryptionKey: newEncryptionKey(),
    };
    return byNewcomer(patient, patient.consent, 'registerPatient', body, patient.gateway);
  }),
  RotatePatientKey: validCall('patient', 'cloud', 'lab client', async (fixture) => {
    const patient = await fixture.patient();
    const next = newSigner();
    const body = { use: 'gateway' as const, newKey: publicKeyOf(next), newKeyProof: patient.proofOf(next) };
    return byPatient(fixture, 'cloud', patient, 'consent', 'rotatePatientKey', body);
  }),
  RegisterAuthority: validCall(
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
  RegisterProvider: validCall(
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
  RotateOrganisationKey: validCall(
    'organisation',
    'cloud',
    'lab admin',
    async (fixture) => {
      const { labCloud, lab } = fixture;
      const body = { use: 'encryption' as const, newKey: newEncryptionKey() };
      return byOrganisation(fixture, 'cloud', labCloud, 'rotateOrganisationKey', body, lab.signer);
    },
    noOtherAdmin('lab admin'),
  ),
  RegisterPractitioner: validCall(
    'organisation',
    'authorities',
    'hospital client',
    async (fixture) => {
      const { hospital } = fixture;
      const [practitionerId, signer] = [newId('prc'), newSigner()];
      const body = {
        practitionerId,
        signingKey: publicKeyOf(signer),
        signingKeyProof: hospital.proofOf(signer, practitionerId),
        role: 'physician',
        active: true,
      };
      return byOrganisation(fixture, 'authorities', hospital, 'registerPractitioner', body, signer);
    },
    NOT_THE_LAB,
  ),
  RegisterAttestor: validCall(
    'newcomer',
    'cloud',
    'cloud-a admin',
    async (fixture) => {
      const signer = newSigner();
      const body = { mspId: 'CloudAMSP', key: publicKeyOf(signer) };
      return byNewcomer(fixture.issuer('CloudAMSP'), signer, 'registerAttestor', body, fixture.cloudA.signer);
    },
    noOtherAdmin('cloud-a admin'),
  ),
  WithdrawAttestor: validCall(
    undefined,
    'cloud',
    'lab admin',
    async (fixture) => {
      const { signer } = await fixture.newAttestor(fixture.lab);
      return { args: { mspId: 'LabMSP', key: publicKeyOf(signer) } };
    },
    noOtherAdmin('lab admin'),
  ),
  Grant: validCall('patient', 'cloud', 'patients client', async (fixture) => {
    const patient = await fixture.patient();
    const body = {
      policySeq: 1,
      authorityId: fixture.hospital.id,
      granteeTags: [],
      scopeTags: [],
      from: '2026-01-01T00:00:00Z',
      delegable: false,
      ...TERMS,
    };
    return byPatient(fixture, 'cloud', patient, 'consent', 'grant', body);
  }),
  Revoke: validCall('patient', 'cloud', 'lab client', async (fixture) => {
    const patient = await fixture.patient();
    const body = { policySeq: 2, grantId: await fixture.granted(patient, fixture.hospital) };
    return byPatient(fixture, 'cloud', patient, 'consent', 'revoke', body);
  }),
  RequestSubscription: validCall(
    'organisation',
    'authorities',
    'hospital client',
    async (fixture) => {
      const { hospital, cloudA } = fixture;
      const body = { patientId: (await fixture.patient()).id, ...TERMS };
      return byOrganisation(fixture, 'authorities', hospital, 'requestSubscription', body, cloudA.signer);
    },
    NOT_THE_LAB,
  ),
  RejectSubscription: validCall('patient', 'authorities', 'lab client', async (fixture) => {
    const patient = await fixture.patient();
    const body = { subscriptionId: await pendingSubscription(fixture, patient) };
    return byPatient(fixture, 'authorities', patient, 'consent', 'rejectSubscription', body);
  }),
  CancelSubscription: validCall(
    'organisation',
    'authorities',
    'hospital client',
    async (fixture) => {
      const { hospital } = fixture;
      const patient = await fixture.patient();
      const body = { subscriptionId: await pendingSubscription(fixture, patient), patientId: patient.id };
      return byOrganisation(fixture, 'authorities', hospital, 'cancelSubscription', body, patient.consent);
    },
    NOT_THE_LAB,
  ),
  StoreRecords: validCall(
    'patient',
    'cloud',
    'cloud-a client',
    async (fixture) => {
      const patient = await fixture.patient();
      return byPatient(fixture, 'cloud', patient, 'gateway', 'storeRecord', recordOf(patient.id));
    },
    NOT_OTHER_PROVIDERS('PROVIDER_MISMATCH'),
  ),
  ReviseRecords: validCall(
    'patient',
    'cloud',
    'cloud-a client',
    async (fixture) => {
      const patient = await fixture.patient();
      const body = nextOf(await fixture.stored(patient, patient));
      return byPatient(fixture, 'cloud', patient, 'gateway', 'storeRecord', body);
    },
    NOT_OTHER_PROVIDERS('PROVIDER_MISMATCH'),
  ),
  AnnounceRecords: validCall('patient', 'authorities', 'patients client', async (fixture) => {
    const patient = await fixture.patient();
    const body = announcementOf(patient.id);
    return byPatient(fixture, 'authorities', patient, 'gateway', 'announceRecord', body);
  }),
  AnchorHeads: validCall('patient', 'authorities', 'patients client', async (fixture) => {
    const patient = await fixture.patient();
    const body = { height: 1, hash: newHash(), prevHeight: null, prevHash: null };
    return byPatient(fixture, 'authorities', patient, 'gateway', 'anchorHead', body);
  }),
  ReportFork: validCall(undefined, 'authorities', 'lab client', async (fixture) => {
    const { id, gateway } = await fixture.patient();
    return { args: { patientId: id, blocks: [blockOf(id, 5, gateway), blockOf(id, 5, gateway)] } };
  }),
  RequestAccess: validCall(
    'patient',
    'cloud',
    'cloud-a client',
    async (fixture) => {
      const patient = await fixture.patient();
      const { recordId } = await fixture.stored(patient, patient);
      const body = {
        patientId: patient.id,
        recordId,
        purpose: 'PATRQT' as const,
        granteeTags: [],
        relay: fixture.cloudA.id,
      };
      return byPatient(fixture, 'cloud', patient, 'consent', 'accessRequest', body);
    },
    NOT_OTHER_PROVIDERS('RELAY_MISMATCH'),
  ),
  ReportReadings: validCall('organisation', 'cloud', 'lab client', async (fixture) => {
    const { hospital } = fixture;
    const patient = await fixture.patient();
    const record = await fixture.stored(patient, patient, { kind: 'emergency' });
    const body = readingOf(fixture, record);
    return byOrganisation(fixture, 'cloud', hospital, 'noticeReading', body, patient.consent);
  }),
  RecordVisit: validCall(
    'organisation',
    'authorities',
    'hospital client',
    async (fixture) => {
      const patient = await fixture.patient();
      const body = visitOf(fixture, patient.id);
      return byOrganisation(fixture, 'authorities', fixture.hospital, 'visit', body, patient.consent);
    },
    NOT_THE_LAB,
  ),
  RelateVisit: validCall('organisation', 'cloud', 'cloud-b client', async (fixture) => {
    const patient = await fixture.patient();
    const body = visitOf(fixture, patient.id);
    return byOrganisation(fixture, 'cloud', fixture.hospital, 'visit', body, patient.consent);
  }),
  AttestTransactions: validCall('attestor', 'cloud', 'cloud-b client', async (fixture) => {
    const { issuer, signer } = await fixture.attestor(fixture.hospital);
    const args = { mspId: 'HospitalMSP', key: publicKeyOf(signer) };
    const retire = () => fixture.must('hospital admin', 'WithdrawAttestor', args);
    const otherKey = fixture.hospital.signer;
    return {
      draft: { kind: 'attestation', issuer, signer, body: attestationOf(fixture), otherKey, retire },
    };
  }),
};

/** Every function that writes, with a valid call of it. */
export const WRITING = Object.entries(VALID_CALLS).map(([name, each]) => ({ name, ...each }));
