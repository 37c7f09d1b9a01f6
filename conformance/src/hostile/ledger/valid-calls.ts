import { newEncryptionKey, newId, newSigner, publicKeyOf } from '@careledger/chaincode-runtime/testing';
import type { accessControl, records } from '@careledger/contracts';
import { randomId128 } from '@careledger/crypto';
import type { ChannelName } from '@careledger/domain';
import { announcementOf, newHash, nextOf, recordOf } from '@careledger/records-chaincode/testing';
import { EVERYBODY, type IdentityName } from '../../fixtures/chaincode/identities.js';
import { confirmable } from './confirmable.js';
import { blockOf, type LedgerFixture } from './ledger-fixture.js';
import { appointed, delegationOf } from './delegates.js';
import {
  TERMS,
  attestationOf,
  byNewcomer,
  byOrganisation,
  byPatient,
  endedCopy,
  newRegistration,
  pendingSubscription,
  readingOf,
  visitOf,
  vouchingOf,
  type Prepared,
} from './drafts.js';

type Transactions = (typeof accessControl)['transactions'] & (typeof records)['transactions'];
/** Functions that write. */
export type WritingFunction = {
  [N in keyof Transactions]: Transactions[N]['kind'] extends 'submit' ? N : never;
}[keyof Transactions];

/** No network's clock is moved by a day here: what is tried with them stands with the chaincode (`recoveries.test.ts`). */
export const TAKES_A_DAY = ['TakeOver'] as const satisfies WritingFunction[];

/** Whose statement a function takes; `newcomer`: of one who registers a key by it. */
export type IssuerClass = 'patient' | 'organisation' | 'attestor' | 'newcomer';

/** One honest use of a function that writes. */
export interface ValidCall {
  /** None where it takes no statement. */
  readonly by: IssuerClass | undefined;
  readonly channel: ChannelName;
  readonly identity: IdentityName;
  /** Members whom the function admits but who may not carry this, and with what they are refused. */
  readonly refuses?: Readonly<Partial<Record<IdentityName, string>>>;
  /** Brings about what has to be on the ledger before. */
  readonly prepare: (fixture: LedgerFixture) => Promise<Prepared>;
}

let days = 0;
/** Each once: an authority anchors no day of its log twice. */
const anotherDay = (): string => new Date(Date.UTC(2000, 0, (days += 1))).toISOString().slice(0, 10);

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

/** A patient whom no ledger knows, with the registration that makes one. */
async function newPatient(fixture: LedgerFixture): Promise<Prepared> {
  const patient = fixture.stranger();
  return byNewcomer({
    issuer: patient,
    signer: patient.consent,
    kind: 'registerPatient',
    body: newRegistration(patient),
    otherKey: patient.gateway,
  });
}

/**
 * Each function that writes, used as it should be. What is tried afterwards differs from these in the one thing that
 * makes it an attack.
 */
const VALID_CALLS: Readonly<Record<Exclude<WritingFunction, (typeof TAKES_A_DAY)[number]>, ValidCall>> = {
  RegisterPatient: { by: 'newcomer', channel: 'cloud', identity: 'patients enroller', prepare: newPatient },
  RegisterPatients: { by: 'newcomer', channel: 'cloud', identity: 'patients enroller', prepare: newPatient },
  RotatePatientKey: {
    by: 'patient',
    channel: 'cloud',
    identity: 'lab client',
    prepare: async (fixture) => {
      const patient = await fixture.patient();
      const next = newSigner();
      const body = { use: 'gateway' as const, newKey: publicKeyOf(next), newKeyProof: patient.proofOf(next) };
      return byPatient(fixture, {
        channel: 'cloud',
        patient,
        use: 'consent',
        kind: 'rotatePatientKey',
        body,
      });
    },
  },
  VouchForKey: {
    by: 'organisation',
    channel: 'authorities',
    identity: 'hospital client',
    refuses: NOT_THE_LAB,
    prepare: async (fixture) => {
      const next = newSigner();
      return byOrganisation(fixture, {
        channel: 'authorities',
        organisation: fixture.hospital,
        kind: 'vouchForKey',
        body: vouchingOf(await fixture.patient(), next),
        otherKey: next,
      });
    },
  },
  ObjectToRecovery: {
    by: 'patient',
    channel: 'cloud',
    identity: 'lab client',
    prepare: async (fixture) => {
      const { hospital } = fixture;
      const patient = await fixture.patient();
      const recoveryId = randomId128();
      const vouching = vouchingOf(patient, newSigner());
      const statement = hospital.sign('vouchForKey', vouching, hospital.signer, { sid: recoveryId });
      await fixture.must('hospital client', 'VouchForKey', { statement }, 'cloud');
      return byPatient(fixture, {
        channel: 'cloud',
        patient,
        use: 'consent',
        kind: 'objectToRecovery',
        body: { recoveryId },
      });
    },
  },
  RegisterAuthority: {
    by: 'newcomer',
    channel: 'cloud',
    identity: 'cloud-b admin',
    refuses: noOtherAdmin('cloud-b admin'),
    prepare: async ({ newAuthority, cloudB }) => {
      const signer = newSigner();
      const body = {
        authorityId: newAuthority.id,
        mspId: newAuthority.mspId,
        kind: 'research' as const,
        signingKey: publicKeyOf(signer),
        encryptionKey: newEncryptionKey(),
      };
      return byNewcomer({
        issuer: newAuthority,
        signer,
        kind: 'registerAuthority',
        body,
        otherKey: cloudB.signer,
      });
    },
  },
  RegisterProvider: {
    by: 'newcomer',
    channel: 'authorities',
    identity: 'hospital admin',
    refuses: noOtherAdmin('hospital admin'),
    prepare: async ({ newProvider, hospital }) => {
      const signer = newSigner();
      const body = {
        providerId: newProvider.id,
        mspId: newProvider.mspId,
        signingKey: publicKeyOf(signer),
        encryptionKey: newEncryptionKey(),
        endpoint: 'https://cloud.example',
      };
      return byNewcomer({
        issuer: newProvider,
        signer,
        kind: 'registerProvider',
        body,
        otherKey: hospital.signer,
      });
    },
  },
  RotateOrganisationKey: {
    by: 'organisation',
    channel: 'cloud',
    identity: 'lab admin',
    refuses: noOtherAdmin('lab admin'),
    prepare: async (fixture) => {
      const { labCloud, lab } = fixture;
      const body = { use: 'encryption' as const, newKey: newEncryptionKey() };
      return byOrganisation(fixture, {
        channel: 'cloud',
        organisation: labCloud,
        kind: 'rotateOrganisationKey',
        body,
        otherKey: lab.signer,
      });
    },
  },
  RegisterPractitioner: {
    by: 'organisation',
    channel: 'authorities',
    identity: 'hospital client',
    refuses: NOT_THE_LAB,
    prepare: async (fixture) => {
      const { hospital } = fixture;
      const [practitionerId, signer] = [newId('prc'), newSigner()];
      const body = {
        practitionerId,
        signingKey: publicKeyOf(signer),
        signingKeyProof: hospital.proofOf(signer, practitionerId),
        role: 'physician',
        active: true,
      };
      return byOrganisation(fixture, {
        channel: 'authorities',
        organisation: hospital,
        kind: 'registerPractitioner',
        body,
        otherKey: signer,
      });
    },
  },
  RegisterAttestor: {
    by: 'newcomer',
    channel: 'cloud',
    identity: 'cloud-a admin',
    refuses: noOtherAdmin('cloud-a admin'),
    prepare: async (fixture) => {
      const signer = newSigner();
      const body = { mspId: 'CloudAMSP', key: publicKeyOf(signer) };
      return byNewcomer({
        issuer: fixture.issuer('CloudAMSP'),
        signer,
        kind: 'registerAttestor',
        body,
        otherKey: fixture.cloudA.signer,
      });
    },
  },
  WithdrawAttestor: {
    by: undefined,
    channel: 'cloud',
    identity: 'lab admin',
    refuses: noOtherAdmin('lab admin'),
    prepare: async (fixture) => {
      const { signer } = await fixture.newAttestor(fixture.lab);
      return { args: { mspId: 'LabMSP', key: publicKeyOf(signer) } };
    },
  },
  Grant: {
    by: 'patient',
    channel: 'cloud',
    identity: 'patients client',
    prepare: async (fixture) => {
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
      return byPatient(fixture, { channel: 'cloud', patient, use: 'consent', kind: 'grant', body });
    },
  },
  Revoke: {
    by: 'patient',
    channel: 'cloud',
    identity: 'lab client',
    prepare: async (fixture) => {
      const patient = await fixture.patient();
      const body = { policySeq: 2, grantId: await fixture.granted(patient, fixture.hospital) };
      return byPatient(fixture, { channel: 'cloud', patient, use: 'consent', kind: 'revoke', body });
    },
  },
  Delegate: {
    by: 'patient',
    channel: 'cloud',
    identity: 'patients client',
    prepare: async (fixture) => {
      const patient = await fixture.patient();
      return byPatient(fixture, {
        ...{ channel: 'cloud', patient, use: 'consent', kind: 'delegate' },
        body: delegationOf(fixture, patient),
      });
    },
  },
  EndDelegation: {
    by: 'patient',
    channel: 'cloud',
    identity: 'lab client',
    prepare: async (fixture) => {
      const patient = await fixture.patient();
      const { id: delegationId } = await appointed(fixture, patient);
      const body = { policySeq: 2, delegationId, endGrants: false };
      return byPatient(fixture, { channel: 'cloud', patient, use: 'consent', kind: 'endDelegation', body });
    },
  },
  RequestSubscription: {
    by: 'organisation',
    channel: 'authorities',
    identity: 'hospital client',
    refuses: NOT_THE_LAB,
    prepare: async (fixture) => {
      const { hospital, cloudA } = fixture;
      const body = { patientId: (await fixture.patient()).id, ...TERMS };
      return byOrganisation(fixture, {
        channel: 'authorities',
        organisation: hospital,
        kind: 'requestSubscription',
        body,
        otherKey: cloudA.signer,
      });
    },
  },
  RejectSubscription: {
    by: 'patient',
    channel: 'authorities',
    identity: 'lab client',
    prepare: async (fixture) => {
      const patient = await fixture.patient();
      const body = { subscriptionId: await pendingSubscription(fixture, patient) };
      return byPatient(fixture, {
        channel: 'authorities',
        patient,
        use: 'consent',
        kind: 'rejectSubscription',
        body,
      });
    },
  },
  CancelSubscription: {
    by: 'organisation',
    channel: 'authorities',
    identity: 'hospital client',
    refuses: NOT_THE_LAB,
    prepare: async (fixture) => {
      const { hospital } = fixture;
      const patient = await fixture.patient();
      const body = { subscriptionId: await pendingSubscription(fixture, patient), patientId: patient.id };
      return byOrganisation(fixture, {
        channel: 'authorities',
        organisation: hospital,
        kind: 'cancelSubscription',
        body,
        otherKey: patient.consent,
      });
    },
  },
  AttestCopyEnd: {
    by: 'organisation',
    channel: 'authorities',
    identity: 'hospital client',
    refuses: NOT_THE_LAB,
    prepare: async (fixture) => {
      const { hospital } = fixture;
      const patient = await fixture.patient();
      const grantId = await endedCopy(fixture, patient);
      return byOrganisation(fixture, {
        channel: 'authorities',
        organisation: hospital,
        kind: 'attestCopyEnd',
        body: { patientId: patient.id, grantId, left: 'nothing', destroyedAt: fixture.time() },
        otherKey: patient.consent,
      });
    },
  },
  StoreRecords: {
    by: 'patient',
    channel: 'cloud',
    identity: 'cloud-a client',
    refuses: NOT_OTHER_PROVIDERS('PROVIDER_MISMATCH'),
    prepare: async (fixture) => {
      const patient = await fixture.patient();
      return byPatient(fixture, {
        channel: 'cloud',
        patient,
        use: 'gateway',
        kind: 'storeRecord',
        body: recordOf(patient.id),
      });
    },
  },
  ReviseRecords: {
    by: 'patient',
    channel: 'cloud',
    identity: 'cloud-a client',
    refuses: NOT_OTHER_PROVIDERS('PROVIDER_MISMATCH'),
    prepare: async (fixture) => {
      const patient = await fixture.patient();
      const body = nextOf(await fixture.stored(patient, patient));
      return byPatient(fixture, { channel: 'cloud', patient, use: 'gateway', kind: 'storeRecord', body });
    },
  },
  AnnounceRecords: {
    by: 'patient',
    channel: 'authorities',
    identity: 'patients client',
    prepare: async (fixture) => {
      const patient = await fixture.patient();
      const body = announcementOf(patient.id);
      return byPatient(fixture, {
        channel: 'authorities',
        patient,
        use: 'gateway',
        kind: 'announceRecord',
        body,
      });
    },
  },
  AttestWraps: {
    by: 'organisation',
    channel: 'cloud',
    identity: 'cloud-a client',
    refuses: NOT_OTHER_PROVIDERS('PROVIDER_MISMATCH'),
    prepare: async (fixture) => {
      const patient = await fixture.patient();
      await fixture.granted(patient, fixture.hospital);
      await fixture.stored(patient, patient);
      const body = { patientId: patient.id, policyVersion: 1, versions: 1, checkedAt: fixture.time() };
      return byOrganisation(fixture, {
        channel: 'cloud',
        organisation: fixture.cloudA,
        kind: 'attestWraps',
        body,
        otherKey: patient.gateway,
      });
    },
  },
  ConfirmRecordTags: {
    by: 'patient',
    channel: 'cloud',
    identity: 'patients client',
    prepare: async (fixture) => {
      const { patient, body } = await confirmable(fixture);
      return byPatient(fixture, { channel: 'cloud', patient, use: 'gateway', kind: 'confirmTags', body });
    },
  },
  AnchorHeads: {
    by: 'patient',
    channel: 'authorities',
    identity: 'patients client',
    prepare: async (fixture) => {
      const patient = await fixture.patient();
      const body = { height: 1, hash: newHash(), prevHeight: null, prevHash: null };
      return byPatient(fixture, {
        channel: 'authorities',
        patient,
        use: 'gateway',
        kind: 'anchorHead',
        body,
      });
    },
  },
  ReportFork: {
    by: undefined,
    channel: 'authorities',
    identity: 'lab client',
    prepare: async (fixture) => {
      const { id, gateway } = await fixture.patient();
      return { args: { patientId: id, blocks: [blockOf(id, 5, gateway), blockOf(id, 5, gateway)] } };
    },
  },
  RequestAccess: {
    by: 'patient',
    channel: 'cloud',
    identity: 'cloud-a client',
    refuses: NOT_OTHER_PROVIDERS('RELAY_MISMATCH'),
    prepare: async (fixture) => {
      const patient = await fixture.patient();
      const { recordId } = await fixture.stored(patient, patient);
      const body = {
        patientId: patient.id,
        recordId,
        version: 1,
        purpose: 'PATRQT' as const,
        granteeTags: [],
        relay: fixture.cloudA.id,
      };
      return byPatient(fixture, {
        ...{ channel: 'cloud', patient, use: 'consent', kind: 'accessRequest', body },
        otherKey: fixture.hospital.signer,
      });
    },
  },
  ReportReadings: {
    by: 'organisation',
    channel: 'cloud',
    identity: 'lab client',
    prepare: async (fixture) => {
      const { hospital } = fixture;
      const patient = await fixture.patient();
      const record = await fixture.stored(patient, patient, { kind: 'emergency' });
      const body = readingOf(fixture, record);
      return byOrganisation(fixture, {
        channel: 'cloud',
        organisation: hospital,
        kind: 'noticeReading',
        body,
        otherKey: patient.consent,
      });
    },
  },
  AnchorReadings: {
    by: 'organisation',
    channel: 'authorities',
    identity: 'hospital client',
    refuses: NOT_THE_LAB,
    prepare: async (fixture) =>
      byOrganisation(fixture, {
        channel: 'authorities',
        organisation: fixture.hospital,
        kind: 'anchorReadings',
        body: { day: anotherDay(), hash: newHash() },
        otherKey: (await fixture.patient()).consent,
      }),
  },
  RecordVisit: {
    by: 'organisation',
    channel: 'authorities',
    identity: 'hospital client',
    refuses: NOT_THE_LAB,
    prepare: async (fixture) => {
      const patient = await fixture.patient();
      const body = visitOf(fixture, patient.id);
      return byOrganisation(fixture, {
        channel: 'authorities',
        organisation: fixture.hospital,
        kind: 'visit',
        body,
        otherKey: patient.consent,
      });
    },
  },
  RelateVisit: {
    by: 'organisation',
    channel: 'cloud',
    identity: 'cloud-b client',
    prepare: async (fixture) => {
      const patient = await fixture.patient();
      const body = visitOf(fixture, patient.id);
      return byOrganisation(fixture, {
        channel: 'cloud',
        organisation: fixture.hospital,
        kind: 'visit',
        body,
        otherKey: patient.consent,
      });
    },
  },
  AttestTransactions: {
    by: 'attestor',
    channel: 'cloud',
    identity: 'cloud-b client',
    prepare: async (fixture) => {
      const { issuer, signer } = await fixture.attestor(fixture.hospital);
      const args = { mspId: 'HospitalMSP', key: publicKeyOf(signer) };
      const retire = () => fixture.must('hospital admin', 'WithdrawAttestor', args);
      const otherKey = fixture.hospital.signer;
      return {
        draft: { kind: 'attestation', issuer, signer, body: attestationOf(fixture), otherKey, retire },
      };
    },
  },
};

/** Every function that writes, with a valid call of it. */
export const WRITING = Object.entries(VALID_CALLS).map(([name, each]) => ({ name, ...each }));
