import {
  client,
  newId,
  type TestOrganisation,
  type TestPatient,
} from '@careledger/chaincode-runtime/testing';
import type { AnnouncedRecordState } from '@careledger/contracts';
import { beforeEach, expect, test } from '@jest/globals';
import { RecordsScene, announcementOf, newHash, onAuthorities } from './testing/scene.js';

let scene: RecordsScene;
let hospital: TestOrganisation;
let patient: TestPatient;
beforeEach(async () => {
  ({ scene, hospital, patient } = await RecordsScene.make());
});

const announce = (...items: string[]) => scene.codes('AnnounceRecords', items, onAuthorities());
const byPatient = (body: Parameters<typeof announcementOf>[1] = {}) =>
  patient.sign('announceRecord', announcementOf(patient.id, body), patient.gateway);

test('an announcement tells the authorities what is stored where', async () => {
  const body = announcementOf(patient.id);
  const statement = patient.sign('announceRecord', body, patient.gateway);
  const { event, txId } = await scene.run('AnnounceRecords', { items: [statement] }, onAuthorities());
  const announced = { ...body, author: patient.id, announcedAt: expect.any(String), txId };
  expect(event).toEqual({ name: 'RecordsAnnounced', payload: { records: [announced] } });
});

test('a version is announced once', async () => {
  const recordId = newId('rec');
  expect(await announce(byPatient({ recordId }))).toEqual(['OK']);
  expect(await announce(byPatient({ recordId }))).toEqual(['RECORD_EXISTS']);
  expect(await announce(byPatient({ recordId, version: 2 }))).toEqual(['OK']);
  const args = { patientId: patient.id, pageSize: 1 };
  const { rows, bookmark } = await scene.ask<{ rows: AnnouncedRecordState[]; bookmark: string }>(
    'ListAnnouncements',
    args,
    onAuthorities(),
  );
  expect([rows.length, bookmark === '']).toEqual([1, false]);
});

test('an authority announces what it may write, and nothing else', async () => {
  const byHospital = () => hospital.sign('announceRecord', announcementOf(patient.id), hospital.signer);
  const call = onAuthorities({ caller: client('HospitalMSP') });
  expect(await scene.codes('AnnounceRecords', [byHospital()], call)).toEqual(['NO_GRANT']);
  const grant = patient.grant(hospital.id, { permissions: ['write'] });
  await scene.codes('Grant', [grant], { channel: 'authorities' });
  expect(await scene.codes('AnnounceRecords', [byHospital()], call)).toEqual(['OK']);
});

test('a gateway announces no next version of a clinician’s record', async () => {
  await scene.codes('Grant', [patient.grant(hospital.id, { permissions: ['write'] })], {
    channel: 'authorities',
  });
  const body = announcementOf(patient.id);
  await announce(hospital.sign('announceRecord', body, hospital.signer));
  expect(await announce(byPatient({ recordId: body.recordId, version: 2 }))).toEqual(['AUTHOR_MISMATCH']);
});

test('an announcement and an anchor of one patient do not conflict: the emergency lane is free', async () => {
  const anchor = { height: 1, hash: newHash(), prevHeight: null, prevHash: null };
  const items = [patient.sign('anchorHead', anchor, patient.gateway)];
  const anchoring = await scene.propose('AnchorHeads', { items }, onAuthorities());
  const announcing = await scene.propose('AnnounceRecords', { items: [byPatient()] }, onAuthorities());
  expect([scene.commit(anchoring), scene.commit(announcing)]).toEqual(['VALID', 'VALID']);
});
