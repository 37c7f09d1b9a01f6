import { newId } from '@careledger/chaincode-runtime/testing';
import type { accessControl, records } from '@careledger/contracts';
import { randomId128 } from '@careledger/crypto';
import type { ChannelName } from '@careledger/domain';
import { newTxId } from '@careledger/records-chaincode/testing';
import type { IdentityName } from '../../fixtures/chaincode/identities.js';
import type { LedgerFixture } from './ledger-fixture.js';
import type { Prepared } from './drafts.js';
import type { WritingFunction } from './valid-calls.js';

type Transactions = (typeof accessControl)['transactions'] & (typeof records)['transactions'];
/** Functions that only read. */
type ReadingFunction = Exclude<keyof Transactions, WritingFunction>;

interface ValidRead {
  readonly channel: ChannelName;
  readonly identity: IdentityName;
  readonly prepare: (fixture: LedgerFixture) => Promise<Prepared>;
}

/** A question that any member may ask. */
const question = (
  channel: ChannelName,
  argsOf: (fixture: LedgerFixture) => Promise<object> | object,
): ValidRead => ({
  channel,
  identity: 'patients client',
  prepare: async (fixture) => ({ args: await argsOf(fixture) }),
});

const ofPatient = async (fixture: LedgerFixture) => ({ patientId: (await fixture.patient()).id });
const decisionOf = async (fixture: LedgerFixture) => ({
  ...(await ofPatient(fixture)),
  requester: fixture.hospital.id,
  granteeTags: [],
  permission: 'read',
  purpose: 'TREAT',
  tagGroups: [],
});
const ofRecord = async (fixture: LedgerFixture) => {
  const patient = await fixture.patient();
  const { recordId } = await fixture.stored(patient, patient);
  return { patientId: patient.id, recordId };
};

/** Each function that reads, asked as it may be. */
const QUESTIONS: Readonly<Record<ReadingFunction, ValidRead>> = {
  Decide: question('cloud', decisionOf),
  DecideAll: question('cloud', async (fixture) => ({ requests: [await decisionOf(fixture)] })),
  FindSigners: question('cloud', ({ hospital }) => ({
    signers: [{ iss: hospital.id, kid: hospital.signer.kid }],
  })),
  OwnOrganisation: question('authorities', () => ({})),
  ListGrants: question('authorities', ofPatient),
  ListDelegations: question('authorities', ofPatient),
  ListRecoveries: question('authorities', ofPatient),
  EffectivePolicy: question('authorities', async (fixture) => ({
    ...(await ofPatient(fixture)),
    at: fixture.time(),
  })),
  ListSubscriptions: question('authorities', ofPatient),
  GetPolicyVersion: question('cloud', ofPatient),
  GetPatient: question('authorities', ofPatient),
  GetPatients: question('authorities', async (fixture) => ({ patientIds: [(await fixture.patient()).id] })),
  GetAuthority: question('authorities', ({ hospital }) => ({ authorityId: hospital.id })),
  ListAuthorities: question('authorities', () => ({})),
  GetProvider: question('cloud', ({ cloudA }) => ({ providerId: cloudA.id })),
  ListProviders: question('cloud', () => ({})),
  GetPractitioner: question('authorities', ({ hospital }) => ({
    authorityId: hospital.id,
    practitionerId: newId('prc'),
  })),
  ListAttestors: question('authorities', () => ({})),
  GetRecord: question('cloud', ofRecord),
  RecordHistory: question('cloud', ofRecord),
  GetAnnouncement: question('authorities', async (fixture) => ({ ...(await ofRecord(fixture)), version: 1 })),
  ListRecords: question('cloud', ofPatient),
  ListAnnouncements: question('authorities', ofPatient),
  GetHead: question('authorities', ofPatient),
  ListAnchors: question('authorities', ofPatient),
  ListReadingAnchors: question('authorities', ({ hospital }) => ({ authorityId: hospital.id })),
  ListForks: question('authorities', ofPatient),
  GetAccess: question('cloud', async (fixture) => ({
    ...(await ofPatient(fixture)),
    requester: fixture.hospital.id,
    requestSid: randomId128(),
  })),
  ListAccesses: question('cloud', ofPatient),
  ListWrapHolders: question('cloud', ofPatient),
  ListPolicyChanges: question('cloud', ofPatient),
  ListVisits: question('authorities', ofPatient),
  GetAttestations: question('authorities', () => ({ channel: 'cloud', txId: newTxId() })),
};

/** Every function that reads, with a valid call of it. */
export const READING = Object.entries(QUESTIONS).map(([name, each]) => ({ name, ...each }));
