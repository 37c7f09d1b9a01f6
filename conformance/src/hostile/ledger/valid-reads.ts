import { newId } from '@careledger/chaincode-runtime/testing';
import type { accessControl, records } from '@careledger/contracts';
import { randomId128 } from '@careledger/crypto';
import type { ChannelName } from '@careledger/domain';
import { newTxId } from '@careledger/records-chaincode/testing';
import type { IdentityName } from '../../fixtures/chaincode/identities.js';
import type { Cast } from './ledger-fixture.js';
import type { Prepared } from './drafts.js';
import type { WritingFunction } from './valid-calls.js';

type Transactions = (typeof accessControl)['transactions'] & (typeof records)['transactions'];
/** Functions that only read. */
type ReadingFunction = Exclude<keyof Transactions, WritingFunction>;

interface ReadingSpecimen {
  readonly channel: ChannelName;
  readonly identity: IdentityName;
  readonly prepare: (cast: Cast) => Promise<Prepared>;
}

/** A question that any member may ask. */
const question = (
  channel: ChannelName,
  argsOf: (cast: Cast) => Promise<object> | object,
): ReadingSpecimen => ({
  channel,
  identity: 'patients client',
  prepare: async (cast) => ({ args: await argsOf(cast) }),
});

const ofPatient = async (cast: Cast) => ({ patientId: (await cast.patient()).id });
const decisionOf = async (cast: Cast) => ({
  ...(await ofPatient(cast)),
  requester: cast.hospital.id,
  granteeTags: [],
  permission: 'read',
  purpose: 'TREAT',
  tagGroups: [],
});
const ofRecord = async (cast: Cast) => {
  const patient = await cast.patient();
  const { recordId } = await cast.stored(patient, patient);
  return { patientId: patient.id, recordId };
};

/** Each function that reads, asked as it may be. */
const QUESTIONS: Readonly<Record<ReadingFunction, ReadingSpecimen>> = {
  Decide: question('cloud', decisionOf),
  DecideAll: question('cloud', async (cast) => ({ requests: [await decisionOf(cast)] })),
  FindSigners: question('cloud', ({ hospital }) => ({
    signers: [{ iss: hospital.id, kid: hospital.signer.kid }],
  })),
  OwnOrganisation: question('authorities', () => ({})),
  ListGrants: question('authorities', ofPatient),
  EffectivePolicy: question('authorities', async (cast) => ({
    ...(await ofPatient(cast)),
    at: cast.time(),
  })),
  ListSubscriptions: question('authorities', ofPatient),
  GetPolicyVersion: question('cloud', ofPatient),
  GetPatient: question('authorities', ofPatient),
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
  GetAnnouncement: question('authorities', async (cast) => ({ ...(await ofRecord(cast)), version: 1 })),
  ListRecords: question('cloud', ofPatient),
  ListAnnouncements: question('authorities', ofPatient),
  GetHead: question('authorities', ofPatient),
  ListAnchors: question('authorities', ofPatient),
  ListForks: question('authorities', ofPatient),
  GetAccess: question('cloud', async (cast) => ({
    ...(await ofPatient(cast)),
    requester: cast.hospital.id,
    requestSid: randomId128(),
  })),
  ListAccesses: question('cloud', ofPatient),
  ListVisits: question('authorities', ofPatient),
  GetAttestations: question('authorities', () => ({ channel: 'cloud', txId: newTxId() })),
};

/** Every function that reads, with its specimen. */
export const READING = Object.entries(QUESTIONS).map(([name, each]) => ({ name, ...each }));
