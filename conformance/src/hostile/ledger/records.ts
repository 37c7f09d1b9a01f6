import type { TestOrganisation, TestPatient } from '@careledger/chaincode-runtime/testing';
import type { StatementBody } from '@careledger/contracts';
import { randomId128 } from '@careledger/crypto';
import { announcementOf, newHash, nextOf, recordOf } from '@careledger/records-chaincode/testing';
import { THROUGH } from '../attempt.js';
import { LABORATORY, VITAL, writerOf, type Cast } from './ledger-fixture.js';
import { kind, type LedgerKind } from './ledger-attempt.js';

type Record = StatementBody<'storeRecord'>;
type Announcement = StatementBody<'announceRecord'>;
type Author = TestPatient | TestOrganisation;

const store = (cast: Cast, by: Author, body: Record, name = 'StoreRecords') =>
  cast.send('cloud-a client', name, { items: [by.sign('storeRecord', body, writerOf(by))] });
const revise = (cast: Cast, by: Author, body: Record) => store(cast, by, body, 'ReviseRecords');
const announce = (cast: Cast, by: Author, body: Announcement) =>
  cast.send('lab client', 'AnnounceRecords', { items: [by.sign('announceRecord', body, writerOf(by))] });

/** A patient who has granted the hospital something, on both channels. */
async function granting(cast: Cast, terms: Partial<StatementBody<'grant'>>): Promise<TestPatient> {
  const patient = await cast.patient();
  await cast.granted(patient, cast.hospital, terms, 'cloud');
  patient.policySeq = 0;
  await cast.granted(patient, cast.hospital, terms, 'authorities');
  return patient;
}

/** A lab's record that is stored, of a patient who lets the hospital modify what these tags say. */
async function labsRecord(cast: Cast, scopeTags: string[], tagGroups: string[][]) {
  const patient = await granting(cast, { permissions: ['modify'], scopeTags });
  await cast.granted(patient, cast.lab, { permissions: ['write'] });
  return { patient, record: await cast.stored(cast.lab, patient, { tagGroups }) };
}

/** The same, announced. */
async function labsAnnouncement(cast: Cast, scopeTags: string[], tagGroups: string[][]) {
  const patient = await granting(cast, { permissions: ['modify'], scopeTags });
  await cast.granted(patient, cast.lab, { permissions: ['write'] }, 'authorities');
  const record = announcementOf(patient.id, { tagGroups }, cast.lab.id);
  if ((await announce(cast, cast.lab, record)) !== THROUGH) throw new Error('The lab may announce.');
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
  kind(
    `writes-with-${name.replaceAll(' ', '-')}`,
    'author',
    `writes about a patient with ${name}`,
    code,
    Object.fromEntries(
      (['StoreRecords', 'AnnounceRecords'] as const).map((fn) => [
        fn,
        async (cast: Cast) => {
          const { hospital } = cast;
          const patient = terms === undefined ? await cast.patient() : await granting(cast, terms);
          const tagGroups = [[LABORATORY]];
          return fn === 'StoreRecords'
            ? store(cast, hospital, recordOf(patient.id, { tagGroups }, hospital.id))
            : announce(cast, hospital, announcementOf(patient.id, { tagGroups }, hospital.id));
        },
      ]),
    ),
  ),
);

/** What exists, and who would like it to be otherwise. */
export const records: readonly LedgerKind[] = [
  ...ungranted,
  kind('of-another-patient', 'patient', 'writes about another patient', 'AUTHOR_MISMATCH', {
    StoreRecords: async (cast) => {
      const [victim, other] = [await cast.patient(), await cast.patient()];
      const body = { ...recordOf(victim.id, {}, other.id), kind: 'periodic' as const };
      return store(cast, other, body);
    },
    AnnounceRecords: async (cast) => {
      const [victim, other] = [await cast.patient(), await cast.patient()];
      const body = { ...announcementOf(victim.id, {}, other.id), kind: 'emergency' as const };
      return announce(cast, other, body);
    },
  }),
  kind(
    'of-another-class',
    'author',
    'makes a record that only the other class of authors makes: an emergency that no device measured, or a finding that no clinician made',
    'AUTHOR_MISMATCH',
    {
      'StoreRecords, an authority': async (cast) => {
        const patient = await granting(cast, { permissions: ['write'] });
        return store(cast, cast.hospital, recordOf(patient.id, { kind: 'emergency' }, cast.hospital.id));
      },
      'StoreRecords, a gateway': async (cast) => {
        const patient = await cast.patient();
        return store(cast, patient, recordOf(patient.id, { kind: 'clinical' }));
      },
      'AnnounceRecords, an authority': async (cast) => {
        const patient = await granting(cast, { permissions: ['write'] });
        return announce(
          cast,
          cast.hospital,
          announcementOf(patient.id, { kind: 'emergency' }, cast.hospital.id),
        );
      },
      'ReviseRecords, an authority over the patient’s': async (cast) => {
        const patient = await granting(cast, { permissions: ['modify'] });
        const record = await cast.stored(patient, patient);
        return revise(cast, cast.hospital, nextOf(record, { kind: 'clinical' }));
      },
    },
  ),
  kind(
    'first-to-an-id',
    'author',
    'comes first to the id of another author’s record, whose seed it has seen',
    'RECORD_ID_MISMATCH',
    {
      StoreRecords: async (cast) => {
        const patient = await granting(cast, { permissions: ['write'] });
        const { recordId, seed } = recordOf(patient.id, { kind: 'emergency' });
        return store(cast, cast.hospital, { ...recordOf(patient.id, {}, cast.hospital.id), recordId, seed });
      },
      AnnounceRecords: async (cast) => {
        const patient = await granting(cast, { permissions: ['write'] });
        const { recordId, seed } = recordOf(patient.id, { kind: 'emergency' });
        const own = announcementOf(patient.id, {}, cast.hospital.id);
        return announce(cast, cast.hospital, { ...own, recordId, seed });
      },
    },
  ),
  kind('same-version', 'author', 'makes a version that exists, with other content', 'RECORD_EXISTS', {
    StoreRecords: async (cast) => {
      const patient = await cast.patient();
      const record = await cast.stored(patient, patient);
      return store(cast, patient, { ...record, manifestHash: newHash() });
    },
    AnnounceRecords: async (cast) => {
      const patient = await cast.patient();
      const record = announcementOf(patient.id);
      await announce(cast, patient, record);
      return announce(cast, patient, { ...record, manifestHash: newHash() });
    },
  }),
  kind('other-history', 'author', 'makes a version that follows none, or another one', 'VERSION_CONFLICT', {
    'StoreRecords, a second version': async (cast) => {
      const patient = await cast.patient();
      return store(cast, patient, nextOf(recordOf(patient.id)));
    },
    'StoreRecords, a first that follows one': async (cast) => {
      const patient = await cast.patient();
      return store(cast, patient, recordOf(patient.id, { prevVersionHash: newHash() }));
    },
    'ReviseRecords, a first version': async (cast) => {
      const patient = await cast.patient();
      return revise(cast, patient, recordOf(patient.id));
    },
    'ReviseRecords, after another': async (cast) => {
      const patient = await cast.patient();
      const record = await cast.stored(patient, patient);
      return revise(cast, patient, nextOf(record, { prevVersionHash: newHash() }));
    },
    'ReviseRecords, one too far': async (cast) => {
      const patient = await cast.patient();
      const record = await cast.stored(patient, patient);
      return revise(cast, patient, nextOf(record, { version: 3 }));
    },
    'AnnounceRecords, a first that follows one': async (cast) => {
      const patient = await cast.patient();
      return announce(cast, patient, announcementOf(patient.id, { prevVersionHash: newHash() }));
    },
    'AnnounceRecords, after another': async (cast) => {
      const patient = await cast.patient();
      const record = announcementOf(patient.id);
      await announce(cast, patient, record);
      return announce(cast, patient, nextOf(record, { prevVersionHash: newHash() }));
    },
  }),
  kind(
    'before-its-version',
    'author',
    'announces a version before the one that it follows',
    'VERSION_NOT_YET',
    {
      'as it is': async (cast) => {
        const patient = await cast.patient();
        return announce(cast, patient, nextOf(announcementOf(patient.id)));
      },
      'as if it followed none': async (cast) => {
        const patient = await cast.patient();
        return announce(cast, patient, nextOf(announcementOf(patient.id), { prevVersionHash: null }));
      },
    },
  ),
  kind('kind-changed', 'author', 'turns a record into one of another kind', 'RECORD_KIND_CHANGED', {
    ReviseRecords: async (cast) => {
      const patient = await cast.patient();
      const record = await cast.stored(patient, patient);
      return revise(cast, patient, nextOf(record, { kind: 'emergency' }));
    },
    AnnounceRecords: async (cast) => {
      const patient = await cast.patient();
      const record = announcementOf(patient.id);
      await announce(cast, patient, record);
      return announce(cast, patient, nextOf(record, { kind: 'emergency' }));
    },
  }),
  kind(
    'modifies-by-its-word',
    'author',
    'takes over a record by declaring tags that its grant covers',
    'SCOPE_NOT_GRANTED',
    {
      ReviseRecords: async (cast) => {
        const { record } = await labsRecord(cast, [VITAL], [[LABORATORY]]);
        return revise(cast, cast.hospital, nextOf(record, { tagGroups: [[VITAL]] }));
      },
      AnnounceRecords: async (cast) => {
        const { record } = await labsAnnouncement(cast, [VITAL], [[LABORATORY]]);
        return announce(cast, cast.hospital, nextOf(record, { tagGroups: [[VITAL]] }));
      },
    },
  ),
  kind(
    'modifies-out-of-scope',
    'author',
    'leads a record out of what its grant covers',
    'SCOPE_NOT_GRANTED',
    {
      ReviseRecords: async (cast) => {
        const { record } = await labsRecord(cast, [VITAL], [[VITAL]]);
        return revise(cast, cast.hospital, nextOf(record, { tagGroups: [[LABORATORY]] }));
      },
      AnnounceRecords: async (cast) => {
        const { record } = await labsAnnouncement(cast, [VITAL], [[VITAL]]);
        return announce(cast, cast.hospital, nextOf(record, { tagGroups: [[LABORATORY]] }));
      },
    },
  ),
  kind(
    'modifies-a-mixture',
    'author',
    'modifies a record of which its grant covers a part',
    'SCOPE_NOT_GRANTED',
    {
      ReviseRecords: async (cast) => {
        const { record } = await labsRecord(cast, [VITAL], [[VITAL], [LABORATORY]]);
        return revise(cast, cast.hospital, nextOf(record, { tagGroups: [[VITAL]] }));
      },
      AnnounceRecords: async (cast) => {
        const { record } = await labsAnnouncement(cast, [VITAL], [[VITAL], [LABORATORY]]);
        return announce(cast, cast.hospital, nextOf(record, { tagGroups: [[VITAL]] }));
      },
    },
  ),
  kind(
    'modifies-ungranted',
    'author',
    'modifies another author’s record with the right to write',
    'PERMISSION_NOT_GRANTED',
    {
      ReviseRecords: async (cast) => {
        const patient = await granting(cast, { permissions: ['read', 'write'] });
        await cast.granted(patient, cast.lab, { permissions: ['write'] });
        const record = await cast.stored(cast.lab, patient);
        return revise(cast, cast.hospital, nextOf(record));
      },
    },
  ),
  kind('revises-the-unknown', 'author', 'revises a record that is not there', 'RECORD_UNKNOWN', {
    ReviseRecords: async (cast) => {
      const patient = await cast.patient();
      return revise(cast, patient, nextOf(recordOf(patient.id)));
    },
  }),
  kind(
    'two-patients-one-id',
    'author',
    'puts statements with one id about two patients into one transaction, of which only the last would be remembered',
    'BATCH_DUPLICATE_SUBJECT',
    {
      StoreRecords: async (cast) => {
        const { hospital } = cast;
        const sid = randomId128();
        const patients = [
          await granting(cast, { permissions: ['write'] }),
          await granting(cast, { permissions: ['write'] }),
        ];
        const items = patients.map(({ id }) =>
          hospital.sign('storeRecord', recordOf(id, {}, hospital.id), hospital.signer, { sid }),
        );
        return cast.sendLast('cloud-a client', 'StoreRecords', items);
      },
    },
  ),
];
