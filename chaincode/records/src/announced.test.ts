import {
  client,
  codeOf,
  type TestOrganisation,
  type TestPatient,
} from '@careledger/chaincode-runtime/testing';
import type { AnnouncedRecordState, StatementBody } from '@careledger/contracts';
import { randomId128 } from '@careledger/crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { RecordsFixture, announcementOf, newHash, nextOf, onAuthorities } from '../testing/fixture.js';

let fixture: RecordsFixture;
let hospital: TestOrganisation;
let lab: TestOrganisation;
let patient: TestPatient;
beforeEach(async () => {
  ({ fixture, hospital, lab, patient } = await RecordsFixture.make());
});

const announce = (...items: string[]) => fixture.codes('AnnounceRecords', items, onAuthorities());
type Body = ReturnType<typeof announcementOf>;
const byPatient = (body: Body = announcementOf(patient.id)) =>
  patient.sign('announceRecord', body, patient.gateway);
const byAuthority = (
  body: Body = announcementOf(patient.id, {}, hospital.id),
  authority: TestOrganisation = hospital,
) => authority.sign('announceRecord', body, authority.signer);
const grant = (authority: TestOrganisation, body: Partial<StatementBody<'grant'>>) =>
  fixture.codes('Grant', [patient.grant(authority.id, body)], { channel: 'authorities' });

test('an announcement tells the authorities what is stored where', async () => {
  const body = announcementOf(patient.id);
  const { event, txId } = await fixture.run('AnnounceRecords', { items: [byPatient(body)] }, onAuthorities());
  const announced = { ...body, author: patient.id, announcedAt: expect.any(String), txId };
  expect(event).toEqual({ name: 'RecordsAnnounced', payload: { records: [announced] } });
  const { patientId, recordId } = body;
  const args = { patientId, recordId, version: 1 };
  expect(await fixture.ask('GetAnnouncement', args, onAuthorities())).toEqual(announced);
  expect(await codeOf(fixture.ask('GetAnnouncement', { ...args, version: 2 }, onAuthorities()))).toBe(
    'RECORD_UNKNOWN',
  );
});

test('a version is announced once', async () => {
  const first = announcementOf(patient.id);
  expect(await announce(byPatient(first))).toEqual(['OK']);
  expect(await announce(byPatient({ ...first, manifestHash: newHash() }))).toEqual(['RECORD_EXISTS']);
  expect(await announce(byPatient(nextOf(first)))).toEqual(['OK']);
  const args = { patientId: patient.id, pageSize: 1 };
  const { rows, bookmark } = await fixture.ask<{ rows: AnnouncedRecordState[]; bookmark: string }>(
    'ListAnnouncements',
    args,
    onAuthorities(),
  );
  expect([rows.length, bookmark === '']).toEqual([1, false]);
});

describe('versions', () => {
  test('that arrive out of order wait for the one before, and leave nothing behind', async () => {
    const first = announcementOf(patient.id);
    const second = nextOf(first);
    const third = byPatient(nextOf(second));
    await announce(byPatient(first));
    const early = await fixture.run('AnnounceRecords', { items: [third] }, onAuthorities());
    expect(early.result).toMatchObject({ items: [{ code: 'VERSION_NOT_YET' }] });
    expect(early.states.flatMap(({ writes }) => [...writes.keys()])).toEqual([]);
    expect(await announce(byPatient(second))).toEqual(['OK']);
    expect(await announce(third)).toEqual(['OK']);
  });

  test('follow what was announced: a wrong link, a first one with a link or a next one without is refused', async () => {
    const first = announcementOf(patient.id);
    expect(await announce(byPatient({ ...first, prevVersionHash: newHash() }))).toEqual(['VERSION_CONFLICT']);
    await announce(byPatient(first));
    const next = nextOf(first);
    expect(await announce(byPatient({ ...next, prevVersionHash: newHash() }))).toEqual(['VERSION_CONFLICT']);
    expect(await announce(byPatient({ ...next, prevVersionHash: null }))).toEqual(['VERSION_CONFLICT']);
    expect(await announce(byPatient(next))).toEqual(['OK']);
  });

  test('are listed page by page, oldest first', async () => {
    const first = announcementOf(patient.id);
    const { patientId, recordId } = first;
    const history = (page: object = {}) =>
      fixture.ask<{ rows: AnnouncedRecordState[]; bookmark: string }>(
        'RecordHistory',
        { patientId, recordId, pageSize: 1, ...page },
        onAuthorities(),
      );
    expect(await codeOf(history())).toBe('RECORD_UNKNOWN');
    await announce(byPatient(first));
    await announce(byPatient(nextOf(first)));
    const one = await history();
    const two = await history({ bookmark: one.bookmark });
    expect([one, two].flatMap(({ rows }) => rows.map(({ version }) => version))).toEqual([1, 2]);
    expect(two.bookmark).toBe('');
  });
});

describe('the id of a record', () => {
  test('is nobody else’s to take: a grantee that saw it announces nothing under it', async () => {
    await grant(hospital, { permissions: ['write'] });
    const emergency = announcementOf(patient.id, { kind: 'emergency' });
    const taken = byAuthority({ ...emergency, kind: 'clinical', manifestHash: newHash() });
    expect(await announce(taken)).toEqual(['RECORD_ID_MISMATCH']);
    expect(await announce(byPatient(emergency))).toEqual(['OK']);
  });

  test('stays with its seed and author in the versions that follow', async () => {
    await grant(hospital, { permissions: ['write'] });
    await grant(lab, { permissions: ['modify'] });
    const first = announcementOf(patient.id, {}, hospital.id);
    await announce(byAuthority(first));
    const reseeded = nextOf(first, { seed: newHash() });
    expect(await announce(byAuthority(reseeded, lab))).toEqual(['RECORD_ID_MISMATCH']);
    expect(await announce(byAuthority(nextOf(first), lab))).toEqual(['OK']);
  });
});

test('an authority announces what it may write, and nothing else', async () => {
  const call = onAuthorities({ caller: client('HospitalMSP') });
  expect(await fixture.codes('AnnounceRecords', [byAuthority()], call)).toEqual(['NO_GRANT']);
  await grant(hospital, { permissions: ['write'] });
  expect(await fixture.codes('AnnounceRecords', [byAuthority()], call)).toEqual(['OK']);
});

test('an authority that may write raises no emergency: those are the patient’s', async () => {
  await grant(hospital, { permissions: ['write'] });
  for (const kind of ['emergency', 'periodic'] as const)
    expect(await announce(byAuthority(announcementOf(patient.id, { kind }, hospital.id)))).toEqual([
      'AUTHOR_MISMATCH',
    ]);
  expect(await announce(byPatient(announcementOf(patient.id, { kind: 'clinical' })))).toEqual([
    'AUTHOR_MISMATCH',
  ]);
});

test('a patient and an authority do not continue each other’s records', async () => {
  await grant(hospital, { permissions: ['write', 'modify'] });
  const clinical = announcementOf(patient.id, {}, hospital.id);
  const periodic = announcementOf(patient.id);
  await announce(byAuthority(clinical));
  await announce(byPatient(periodic));
  expect(await announce(byPatient(nextOf(clinical)))).toEqual(['AUTHOR_MISMATCH']);
  expect(await announce(byPatient(nextOf(clinical, { kind: 'periodic' })))).toEqual(['AUTHOR_MISMATCH']);
  expect(await announce(byAuthority(nextOf(periodic)))).toEqual(['AUTHOR_MISMATCH']);
  expect(await announce(byAuthority(nextOf(periodic, { kind: 'clinical' })))).toEqual(['AUTHOR_MISMATCH']);
});

test('a next version does not change the kind of its record', async () => {
  const first = announcementOf(patient.id);
  await announce(byPatient(first));
  expect(await announce(byPatient(nextOf(first, { kind: 'emergency' })))).toEqual(['RECORD_KIND_CHANGED']);
});

test('a grant on vital signs takes over no laboratory’s record by declaring other tags', async () => {
  const [vital, laboratory] = [randomId128(), randomId128()];
  await grant(lab, { permissions: ['write'], scopeTags: [laboratory] });
  await grant(hospital, { permissions: ['modify'], scopeTags: [vital] });
  const first = announcementOf(patient.id, { tagGroups: [[laboratory]] }, lab.id);
  expect(await announce(byAuthority(first, lab))).toEqual(['OK']);
  expect(await announce(byAuthority(nextOf(first, { tagGroups: [[vital]] })))).toEqual(['SCOPE_NOT_GRANTED']);
});

test('an announcement and an anchor of one patient do not conflict: emergencies are not held up', async () => {
  const anchor = { height: 1, hash: newHash(), prevHeight: null, prevHash: null };
  const items = [patient.sign('anchorHead', anchor, patient.gateway)];
  const anchoring = await fixture.propose('AnchorHeads', { items }, onAuthorities());
  const announcing = await fixture.propose('AnnounceRecords', { items: [byPatient()] }, onAuthorities());
  expect([fixture.commit(anchoring), fixture.commit(announcing)]).toEqual(['VALID', 'VALID']);
});
