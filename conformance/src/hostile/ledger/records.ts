import type { TestOrganisation, TestPatient } from '@careledger/chaincode-runtime/testing';
import type { StatementBody } from '@careledger/contracts';
import { randomId128 } from '@careledger/crypto';
import { announcementOf, newHash, nextOf, recordOf } from '@careledger/records-chaincode/testing';
import { THROUGH } from '../attempt.js';
import { LABORATORY, VITAL, writerOf, type LedgerFixture } from './ledger-fixture.js';
import { kind, type LedgerKind } from './ledger-attempt.js';

type Record = StatementBody<'storeRecord'>;
type Announcement = StatementBody<'announceRecord'>;
type Author = TestPatient | TestOrganisation;

const store = (fixture: LedgerFixture, by: Author, body: Record, name = 'StoreRecords') =>
  fixture.send('cloud-a client', name, { items: [by.sign('storeRecord', body, writerOf(by))] });
const revise = (fixture: LedgerFixture, by: Author, body: Record) =>
  store(fixture, by, body, 'ReviseRecords');
const announce = (fixture: LedgerFixture, by: Author, body: Announcement) =>
  fixture.send('lab client', 'AnnounceRecords', { items: [by.sign('announceRecord', body, writerOf(by))] });

/** A patient who has granted the hospital something, on both channels. */
async function granting(
  fixture: LedgerFixture,
  terms: Partial<StatementBody<'grant'>>,
): Promise<TestPatient> {
  const patient = await fixture.patient();
  await fixture.granted(patient, fixture.hospital, terms, 'cloud');
  patient.policySeq = 0;
  await fixture.granted(patient, fixture.hospital, terms, 'authorities');
  return patient;
}

/** A lab's record that is stored, of a patient who lets the hospital modify what these tags say. */
async function labsRecord(fixture: LedgerFixture, scopeTags: string[], tagGroups: string[][]) {
  const patient = await granting(fixture, { permissions: ['modify'], scopeTags });
  await fixture.granted(patient, fixture.lab, { permissions: ['write'] });
  return { patient, record: await fixture.stored(fixture.lab, patient, { tagGroups }) };
}

/** The same, announced. */
async function labsAnnouncement(fixture: LedgerFixture, scopeTags: string[], tagGroups: string[][]) {
  const patient = await granting(fixture, { permissions: ['modify'], scopeTags });
  await fixture.granted(patient, fixture.lab, { permissions: ['write'] }, 'authorities');
  const record = announcementOf(patient.id, { tagGroups }, fixture.lab.id);
  if ((await announce(fixture, fixture.lab, record)) !== THROUGH) throw new Error('The lab may announce.');
  return { patient, record };
}

/** An author without, or with too little of, a grant, and the code of the denial. */
const UNGRANTED: readonly (readonly [string, string, Partial<StatementBody<'grant'>> | undefined])[] = [
  ['no grant', 'NO_GRANT', undefined],
  ['another right', 'PERMISSION_NOT_GRANTED', { permissions: ['read', 'modify'] }],
  ['another purpose', 'PURPOSE_NOT_GRANTED', { permissions: ['write'], purposes: ['HRESCH'] }],
  ['another unit', 'GRANTEE_MISMATCH', { permissions: ['write'], granteeTags: [randomId128()] }],
  ['another scope', 'SCOPE_NOT_GRANTED', { permissions: ['write'], scopeTags: [VITAL] }],
  ['a grant that is over', 'GRANT_EXPIRED', { permissions: ['write'], until: '2026-01-02T00:00:00Z' }],
];

const ungranted: readonly LedgerKind[] = UNGRANTED.map(([name, code, terms]) =>
  kind({
    id: `writes-with-${name.replaceAll(' ', '-')}`,
    role: 'author',
    what: `writes about a patient with ${name}`,
    answer: code,
    tries: Object.fromEntries(
      (['StoreRecords', 'AnnounceRecords'] as const).map((fn) => [
        fn,
        async (fixture: LedgerFixture) => {
          const { hospital } = fixture;
          const patient = terms === undefined ? await fixture.patient() : await granting(fixture, terms);
          const tagGroups = [[LABORATORY]];
          return fn === 'StoreRecords'
            ? store(fixture, hospital, recordOf(patient.id, { tagGroups }, hospital.id))
            : announce(fixture, hospital, announcementOf(patient.id, { tagGroups }, hospital.id));
        },
      ]),
    ),
  }),
);

/** What exists, and who would like it to be otherwise. */
export const records: readonly LedgerKind[] = [
  ...ungranted,
  kind({
    id: 'of-another-patient',
    role: 'patient',
    what: 'writes about another patient',
    answer: 'AUTHOR_MISMATCH',
    tries: {
      StoreRecords: async (fixture) => {
        const [victim, other] = [await fixture.patient(), await fixture.patient()];
        const body = { ...recordOf(victim.id, {}, other.id), kind: 'periodic' as const };
        return store(fixture, other, body);
      },
      AnnounceRecords: async (fixture) => {
        const [victim, other] = [await fixture.patient(), await fixture.patient()];
        const body = { ...announcementOf(victim.id, {}, other.id), kind: 'emergency' as const };
        return announce(fixture, other, body);
      },
    },
  }),
  kind({
    id: 'of-another-class',
    role: 'author',
    what: 'makes a record that only the other class of authors makes: an emergency that no device measured, or a finding that no clinician made',
    answer: 'AUTHOR_MISMATCH',
    tries: {
      'StoreRecords, an authority': async (fixture) => {
        const patient = await granting(fixture, { permissions: ['write'] });
        return store(
          fixture,
          fixture.hospital,
          recordOf(patient.id, { kind: 'emergency' }, fixture.hospital.id),
        );
      },
      'StoreRecords, a gateway': async (fixture) => {
        const patient = await fixture.patient();
        return store(fixture, patient, recordOf(patient.id, { kind: 'clinical' }));
      },
      'AnnounceRecords, an authority': async (fixture) => {
        const patient = await granting(fixture, { permissions: ['write'] });
        return announce(
          fixture,
          fixture.hospital,
          announcementOf(patient.id, { kind: 'emergency' }, fixture.hospital.id),
        );
      },
      'ReviseRecords, an authority over the patient’s': async (fixture) => {
        const patient = await granting(fixture, { permissions: ['modify'] });
        const record = await fixture.stored(patient, patient);
        return revise(fixture, fixture.hospital, nextOf(record, { kind: 'clinical' }));
      },
    },
  }),
  kind({
    id: 'first-to-an-id',
    role: 'author',
    what: 'comes first to the id of another author’s record, whose seed it has seen',
    answer: 'RECORD_ID_MISMATCH',
    tries: {
      StoreRecords: async (fixture) => {
        const patient = await granting(fixture, { permissions: ['write'] });
        const { recordId, seed } = recordOf(patient.id, { kind: 'emergency' });
        return store(fixture, fixture.hospital, {
          ...recordOf(patient.id, {}, fixture.hospital.id),
          recordId,
          seed,
        });
      },
      AnnounceRecords: async (fixture) => {
        const patient = await granting(fixture, { permissions: ['write'] });
        const { recordId, seed } = recordOf(patient.id, { kind: 'emergency' });
        const own = announcementOf(patient.id, {}, fixture.hospital.id);
        return announce(fixture, fixture.hospital, { ...own, recordId, seed });
      },
    },
  }),
  kind({
    id: 'same-version',
    role: 'author',
    what: 'makes a version that exists, with other content',
    answer: 'RECORD_EXISTS',
    tries: {
      StoreRecords: async (fixture) => {
        const patient = await fixture.patient();
        const record = await fixture.stored(patient, patient);
        return store(fixture, patient, { ...record, manifestHash: newHash() });
      },
      AnnounceRecords: async (fixture) => {
        const patient = await fixture.patient();
        const record = announcementOf(patient.id);
        await announce(fixture, patient, record);
        return announce(fixture, patient, { ...record, manifestHash: newHash() });
      },
    },
  }),
  kind({
    id: 'other-history',
    role: 'author',
    what: 'makes a version that follows none, or another one',
    answer: 'VERSION_CONFLICT',
    tries: {
      'StoreRecords, a second version': async (fixture) => {
        const patient = await fixture.patient();
        return store(fixture, patient, nextOf(recordOf(patient.id)));
      },
      'StoreRecords, a first that follows one': async (fixture) => {
        const patient = await fixture.patient();
        return store(fixture, patient, recordOf(patient.id, { prevVersionHash: newHash() }));
      },
      'ReviseRecords, a first version': async (fixture) => {
        const patient = await fixture.patient();
        return revise(fixture, patient, recordOf(patient.id));
      },
      'ReviseRecords, after another': async (fixture) => {
        const patient = await fixture.patient();
        const record = await fixture.stored(patient, patient);
        return revise(fixture, patient, nextOf(record, { prevVersionHash: newHash() }));
      },
      'ReviseRecords, one too far': async (fixture) => {
        const patient = await fixture.patient();
        const record = await fixture.stored(patient, patient);
        return revise(fixture, patient, nextOf(record, { version: 3 }));
      },
      'AnnounceRecords, a first that follows one': async (fixture) => {
        const patient = await fixture.patient();
        return announce(fixture, patient, announcementOf(patient.id, { prevVersionHash: newHash() }));
      },
      'AnnounceRecords, after another': async (fixture) => {
        const patient = await fixture.patient();
        const record = announcementOf(patient.id);
        await announce(fixture, patient, record);
        return announce(fixture, patient, nextOf(record, { prevVersionHash: newHash() }));
      },
    },
  }),
  kind({
    id: 'before-its-version',
    role: 'author',
    what: 'announces a version before the one that it follows',
    answer: 'VERSION_NOT_YET',
    tries: {
      'as it is': async (fixture) => {
        const patient = await fixture.patient();
        return announce(fixture, patient, nextOf(announcementOf(patient.id)));
      },
      'as if it followed none': async (fixture) => {
        const patient = await fixture.patient();
        return announce(fixture, patient, nextOf(announcementOf(patient.id), { prevVersionHash: null }));
      },
    },
  }),
  kind({
    id: 'kind-changed',
    role: 'author',
    what: 'turns a record into one of another kind',
    answer: 'RECORD_KIND_CHANGED',
    tries: {
      ReviseRecords: async (fixture) => {
        const patient = await fixture.patient();
        const record = await fixture.stored(patient, patient);
        return revise(fixture, patient, nextOf(record, { kind: 'emergency' }));
      },
      AnnounceRecords: async (fixture) => {
        const patient = await fixture.patient();
        const record = announcementOf(patient.id);
        await announce(fixture, patient, record);
        return announce(fixture, patient, nextOf(record, { kind: 'emergency' }));
      },
    },
  }),
  kind({
    id: 'modifies-by-its-word',
    role: 'author',
    what: 'takes over a record by declaring tags that its grant covers',
    answer: 'SCOPE_NOT_GRANTED',
    tries: {
      ReviseRecords: async (fixture) => {
        const { record } = await labsRecord(fixture, [VITAL], [[LABORATORY]]);
        return revise(fixture, fixture.hospital, nextOf(record, { tagGroups: [[VITAL]] }));
      },
      AnnounceRecords: async (fixture) => {
        const { record } = await labsAnnouncement(fixture, [VITAL], [[LABORATORY]]);
        return announce(fixture, fixture.hospital, nextOf(record, { tagGroups: [[VITAL]] }));
      },
    },
  }),
  kind({
    id: 'modifies-out-of-scope',
    role: 'author',
    what: 'leads a record out of what its grant covers',
    answer: 'SCOPE_NOT_GRANTED',
    tries: {
      ReviseRecords: async (fixture) => {
        const { record } = await labsRecord(fixture, [VITAL], [[VITAL]]);
        return revise(fixture, fixture.hospital, nextOf(record, { tagGroups: [[LABORATORY]] }));
      },
      AnnounceRecords: async (fixture) => {
        const { record } = await labsAnnouncement(fixture, [VITAL], [[VITAL]]);
        return announce(fixture, fixture.hospital, nextOf(record, { tagGroups: [[LABORATORY]] }));
      },
    },
  }),
  kind({
    id: 'modifies-a-mixture',
    role: 'author',
    what: 'modifies a record of which its grant covers a part',
    answer: 'SCOPE_NOT_GRANTED',
    tries: {
      ReviseRecords: async (fixture) => {
        const { record } = await labsRecord(fixture, [VITAL], [[VITAL], [LABORATORY]]);
        return revise(fixture, fixture.hospital, nextOf(record, { tagGroups: [[VITAL]] }));
      },
      AnnounceRecords: async (fixture) => {
        const { record } = await labsAnnouncement(fixture, [VITAL], [[VITAL], [LABORATORY]]);
        return announce(fixture, fixture.hospital, nextOf(record, { tagGroups: [[VITAL]] }));
      },
    },
  }),
  kind({
    id: 'modifies-ungranted',
    role: 'author',
    what: 'modifies another author’s record with the right to write',
    answer: 'PERMISSION_NOT_GRANTED',
    tries: {
      ReviseRecords: async (fixture) => {
        const patient = await granting(fixture, { permissions: ['read', 'write'] });
        await fixture.granted(patient, fixture.lab, { permissions: ['write'] });
        const record = await fixture.stored(fixture.lab, patient);
        return revise(fixture, fixture.hospital, nextOf(record));
      },
    },
  }),
  kind({
    id: 'revises-the-unknown',
    role: 'author',
    what: 'revises a record that is not there',
    answer: 'RECORD_UNKNOWN',
    tries: {
      ReviseRecords: async (fixture) => {
        const patient = await fixture.patient();
        return revise(fixture, patient, nextOf(recordOf(patient.id)));
      },
    },
  }),
  kind({
    id: 'two-patients-one-id',
    role: 'author',
    what: 'puts statements with one id about two patients into one transaction, of which only the last would be remembered',
    answer: 'BATCH_DUPLICATE_SUBJECT',
    tries: {
      StoreRecords: async (fixture) => {
        const { hospital } = fixture;
        const sid = randomId128();
        const patients = [
          await granting(fixture, { permissions: ['write'] }),
          await granting(fixture, { permissions: ['write'] }),
        ];
        const items = patients.map(({ id }) =>
          hospital.sign('storeRecord', recordOf(id, {}, hospital.id), hospital.signer, { sid }),
        );
        return fixture.sendLast('cloud-a client', 'StoreRecords', items);
      },
    },
  }),
];
