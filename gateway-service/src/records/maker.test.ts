import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StatementBody } from '@careledger/contracts';
import { kidOf, sha256, utf8 } from '@careledger/crypto';
import { recordIdOf } from '@careledger/domain';
import {
  makeWrapSet,
  openNoticeRecord,
  readManifest,
  readWrap,
  readWrapSet,
  sealRecord,
  wrapKey,
} from '@careledger/envelope';
import type { Bundle } from '@careledger/fhir';
import { curveIn } from '@careledger/fhir/testing';
import { readStatement } from '@careledger/statements';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { HOUR_MS, RecordsFixture } from '../../testing/records-fixture.js';
import { glucose } from '../../testing/simulated-device.js';
import { scopeTag } from '@careledger/envelope';
import type { OwnVersion } from './own-version.js';

const DAY_MS = 24 * 60 * 60_000;

let fixture: RecordsFixture;
beforeEach(async () => {
  fixture = await RecordsFixture.open();
});
afterEach(() => fixture[Symbol.asyncDispose]());

const storedBody = ({ storeStatement }: OwnVersion) =>
  readStatement(storeStatement).payload.body as StatementBody<'storeRecord'>;

describe('a record’s id', () => {
  test('is nobody else’s to take: it is the hash of author, patient and a seed that every statement carries', async () => {
    const { patient, device } = await fixture.patient();
    fixture.grant(patient, fixture.hospital);
    const { version, noticeNos } = await fixture.emergency(device);
    const { patientId } = patient;
    const { seed, recordId } = storedBody(version);
    expect(recordIdOf({ author: patientId, patientId, seed }, sha256)).toBe(recordId);
    expect(recordIdOf({ author: 'aut_hospital', patientId, seed }, sha256)).not.toBe(recordId);
    const [notice] = noticeNos.map((no) => fixture.notices.get(no));
    expect(readStatement(notice?.statement ?? '').payload.body).toMatchObject({ seed, recordId });
  });

  test('is the same after a backup was put back, for the secret of ids is in it', async () => {
    const { patient, device } = await fixture.patient();
    const folder = mkdtempSync(join(tmpdir(), 'careledger-backup-'));
    const lost = await fixture.periodic(patient, device);
    cpSync(fixture.testCore.folder, folder, { recursive: true });
    await using restored = await RecordsFixture.open(folder);
    // What came of the window after the backup: the ledger has it, this store has forgotten it.
    restored.core.store.deferred(() => {
      restored.core.store.database.exec('DELETE FROM record_versions; DELETE FROM record_contents');
      const { patientNo, kind, source, priority } = lost;
      if (kind === 'periodic')
        restored.processing.putDue({ patientNo, kind, source, priority, arrivedMs: null }, 1, 0);
    });
    const [made] = await restored.make();
    expect(made?.version).toMatchObject({ recordId: lost.recordId, version: 1 });
    expect(made && storedBody(made.version).seed).toBe(storedBody(lost).seed);
    expect(made?.version.manifestHash).not.toBe(lost.manifestHash);
  });
});

describe('wraps', () => {
  test('whoever was granted before the record was made can open it, and nobody else', async () => {
    const { patient, device } = await fixture.patient();
    fixture.grant(patient, fixture.hospital);
    fixture.revoke(patient, fixture.grant(patient, fixture.insurer));
    const version = await fixture.periodic(patient, device);
    const own = fixture.core.patients.keys(patient.patientId).encryption().kid;
    expect(version.wraps.map((jwe) => readWrap(jwe).kid)).toEqual([own, fixture.hospital.encryption.kid]);
    expect(readWrapSet(version.wrapSet)).toMatchObject({ v: 2, seq: 1 });
  });

  test('a grant to write or one that has ended gives no key; one of the future does', async () => {
    const { patient, device } = await fixture.patient();
    fixture.grant(patient, fixture.hospital, { from: '2100-01-01T00:00:00.000Z' });
    fixture.grant(patient, fixture.insurer, { permissions: ['write'] });
    fixture.grant(patient, fixture.insurer, { until: '2026-02-01T00:00:00.000Z' });
    const { wraps } = await fixture.periodic(patient, device);
    expect(wraps.map((jwe) => readWrap(jwe).kid)).toContain(fixture.hospital.encryption.kid);
    expect(wraps.map((jwe) => readWrap(jwe).kid)).not.toContain(fixture.insurer.encryption.kid);
  });

  test('a grant for vital signs gives no key of a glucose record', async () => {
    const { patient, device } = await fixture.patient();
    const scopeKey = fixture.core.patients.keys(patient.patientId).scopeKey();
    const scopeTags = [scopeTag(scopeKey, { category: 'vital-signs', resourceType: 'Observation' })];
    fixture.grant(patient, fixture.hospital, { scopeTags });
    const { wraps, tagGroups } = await fixture.periodic(patient, device);
    expect(wraps).toHaveLength(1);
    expect(tagGroups.flat()).not.toContain(scopeTags[0]);
  });

  test('a grant that goes while its record is being made is noticed: the next set follows', async () => {
    const { patient, device } = await fixture.patient();
    const grantId = fixture.grant(patient, fixture.hospital);
    await fixture.rewrapped(patient);
    const { grants, hospital } = fixture;
    const { state } = hospital;
    // While the authority's key is looked up, which is within the making.
    Object.defineProperty(hospital, 'state', {
      get: () => {
        fixture.core.store.deferred(() => grants.revoke(patient.patientNo, grantId, 1));
        return state;
      },
    });
    const version = await fixture.periodic(patient, device);
    expect(version.wraps.map((jwe) => readWrap(jwe).kid)).toContain(
      kidOf('X25519', hospital.encryption.publicKey),
    );
    expect(fixture.rewraps.get(patient.patientNo)).toMatchObject({ first: version.versionNo });
  });
});

describe('a direct notice', () => {
  test('carries the very bytes that are stored: manifest, ciphertext, and a wrap that opens them', async () => {
    const { patient, device } = await fixture.patient();
    fixture.grant(patient, fixture.hospital);
    const { version, noticeNos } = await fixture.emergency(device);
    const [notice] = noticeNos.map((no) => fixture.notices.get(no));
    const body = readStatement(notice?.statement ?? '').payload.body as StatementBody<'emergencyNotice'>;
    expect(body.manifest).toBe(version.manifest);
    expect(version.wraps).toContain(body.wrap);
    expect(body.tagGroups).toEqual(readManifest(version.manifest).aad.tagGroups);
    const opened = await openNoticeRecord({
      manifest: body.manifest,
      wrap: body.wrap,
      ciphertext: fixture.versions.ciphertext(version.versionNo),
      expected: { recordId: version.recordId, patientId: patient.patientId, version: 1 },
      authorKeys: [patient.chain.signer.publicKey],
      recipientKey: fixture.hospital.encryption,
      verifier: fixture.verifier,
    });
    expect(JSON.parse(Buffer.from(opened.content).toString('utf8'))).toEqual(
      await fixture.open(patient, version),
    );
  });

  test('goes to whom a grant brings it: not of a subscription that was taken back, not of a narrower scope', async () => {
    const subscriptionId = 'AAAAAAAAAAAAAAAAAAAAAA';
    const toldOf = async (status: 'approved' | 'cancelled', scopeTags: string[] = []): Promise<number> => {
      const { patient, device } = await fixture.patient();
      fixture.grant(patient, fixture.hospital, { subscriptionId, scopeTags });
      const { authorityId } = fixture.hospital;
      fixture.core.store.deferred(() =>
        fixture.subscriptions.put(patient.patientNo, { subscriptionId, authorityId, status }),
      );
      return (await fixture.emergency(device)).noticeNos.length;
    };
    expect(await toldOf('approved')).toBe(1);
    expect(await toldOf('cancelled')).toBe(0);
    expect(await toldOf('approved', ['AAAAAAAAAAAAAAAAAAAAAA'])).toBe(0);
  });

  test('whose recipient has no key yet waits for it', async () => {
    const { patient, device } = await fixture.patient();
    fixture.grant(patient, { authorityId: 'aut_nobody-knows' });
    const { noticeNos, version } = await fixture.emergency(device);
    expect(fixture.notices.ofVersion(version.versionNo)).toEqual([
      expect.objectContaining({ noticeNo: noticeNos[0], status: 'open', statement: '' }),
    ]);
  });
});

test('a record that is put into the store about somebody else is not shown as the patient’s', async () => {
  const { patient, device } = await fixture.patient();
  const { patientId, chain } = patient;
  const version = await fixture.periodic(patient, device);
  const honest = await fixture.open(patient, version);
  const forged = JSON.stringify(honest).replaceAll(patientId, `pat_${'a'.repeat(32)}`);
  const { aad } = readManifest(version.manifest);
  const sealed = sealRecord({ content: utf8(forged), aad }, chain.signer);
  const { database } = fixture.core.store;
  const { publicKey } = fixture.core.patients.keys(patientId).encryption();
  const wrap = await wrapKey(sealed.contentKey, aad, { publicKey });
  const { manifestHash } = sealed;
  const wrapSet = makeWrapSet({ ...aad, manifestHash, wraps: [wrap] }, chain.signer);
  fixture.core.store.deferred(() => {
    database
      .prepare('UPDATE record_versions SET manifest = ?, manifest_hash = ?, wrap_set = ?, wraps = ?')
      .run(sealed.manifest, manifestHash, wrapSet, JSON.stringify([wrap.jwe]));
    database.prepare('UPDATE record_contents SET ciphertext = ?').run(sealed.ciphertext);
  });
  await expect(fixture.open(patient, version)).rejects.toMatchObject({
    code: 'RECORD_DAMAGED',
    message: expect.stringContaining('SUBJECT_MISMATCH'),
  });
});

test('an emergency that could not be told for a day is told then, signed anew', async () => {
  const { patient, device } = await fixture.patient();
  fixture.grant(patient, fixture.hospital);
  const { noticeNos } = await fixture.emergency(device);
  const [before] = noticeNos.map((no) => fixture.notices.get(no)?.statement);
  fixture.testCore.nowMs = Date.now() + DAY_MS;
  for (const no of noticeNos) fixture.sender.add(no);
  await fixture.until(() => fixture.notices.open().length === 0);
  const [received] = fixture.hospital.received;
  expect(received?.statement).not.toBe(before);
  const bodyOf = (statement = '') => readStatement(statement).payload.body;
  expect(bodyOf(received?.statement)).toEqual(bodyOf(before));
  expect(fixture.notices.givenUpCount()).toBe(0);
});

test('a record that no reader would take is not made, holds up no other, and is there for people to see', async () => {
  const { patient, device } = await fixture.patient();
  const { devices } = fixture.core;
  const find = devices.find.bind(devices);
  const isBroken = { value: (id: string) => ({ ...find(id), type: 'x'.repeat(300) }), configurable: true };
  Object.defineProperty(devices, 'find', isBroken);
  const { nowMs } = fixture.testCore;
  await fixture.testCore.send(device, device.frame(nowMs, [glucose(nowMs, 49)]));
  expect(await fixture.make()).toEqual([]);
  expect(fixture.processing.dueCount()).toBe(0);
  expect(fixture.unmade.list(10)).toEqual([
    expect.objectContaining({ patientNo: patient.patientNo, kind: 'emergency', code: 'PROFILE_VIOLATION' }),
  ]);
  Object.defineProperty(devices, 'find', { value: find });
  const [unmade] = fixture.unmade.list(1);
  if (unmade === undefined) throw new Error('it was just there');
  const { patientNo, kind, source } = unmade;
  fixture.core.store.deferred(() =>
    fixture.processing.putDue({ patientNo, kind, source, priority: 'emergency', arrivedMs: null }, 1, 0),
  );
  expect(await fixture.make()).toHaveLength(1);
  expect(fixture.unmade.count()).toBe(0);
});

describe('the single values of a window', () => {
  /** A patient with readings five hours ago, whose window is due. */
  async function measured() {
    const { patient, device } = await fixture.patient();
    const { nowMs } = fixture.testCore;
    const values = [5, 4.9, 4.8].map((hours, n) => glucose(nowMs - hours * HOUR_MS, 100 + n));
    return {
      patient,
      send: async () => {
        await fixture.testCore.send(device, device.frame(nowMs, values));
        fixture.processor.flush(patient.patientNo);
      },
    };
  }
  /** All that is due, and what becomes due by that. */
  const made = async () =>
    [...(await fixture.make()), ...(await fixture.make())].map(({ version }) => version);
  const kindsOf = (versions: readonly OwnVersion[]) => versions.map(({ kind }) => kind);
  const past = { period: { start: '2020-01-01T00:00:00Z', end: '2040-01-01T00:00:00Z' } };

  test('are recorded where a grant includes them, wrapped to its authority alone', async () => {
    const { patient, send } = await measured();
    fixture.grant(patient, fixture.insurer);
    fixture.grant(patient, fixture.hospital, { detail: true });
    await send();
    const versions = await made();
    expect(kindsOf(versions)).toEqual(['periodic', 'detail']);
    const wrapsOf = ({ wrapSet }: OwnVersion) => readWrapSet(wrapSet).wraps.length;
    // The patient, the hospital, and of the aggregates the insurer.
    expect(versions.map(wrapsOf)).toEqual([3, 2]);
    const [, detail] = versions;
    if (detail === undefined) throw new Error('There is none');
    const bundle = (await fixture.open(patient, detail)) as Bundle;
    const [observation] = bundle.entry.flatMap(({ resource }) =>
      resource.resourceType === 'Observation' ? [resource] : [],
    );
    if (observation === undefined) throw new Error('There is no Observation');
    expect(curveIn(observation).map(([, value]) => value)).toEqual(['100', '101', '102']);
  });

  test('are made of no patient who has granted them to nobody, or no more', async () => {
    const { patient, send } = await measured();
    fixture.grant(patient, fixture.insurer);
    fixture.revoke(patient, fixture.grant(patient, fixture.hospital, { detail: true }));
    fixture.grant(patient, fixture.hospital, { detail: true, until: '2026-01-02T00:00:00.000Z' });
    await send();
    expect(kindsOf(await made())).toEqual(['periodic']);
  });

  test('of a time that has passed are made once a grant of that time includes them, and once', async () => {
    const { patient, send } = await measured();
    await send();
    expect(kindsOf(await made())).toEqual(['periodic']);
    const request = () => fixture.core.store.deferred(() => fixture.detailDue.request(patient.patientNo));
    const from = new Date(fixture.testCore.nowMs).toISOString();
    fixture.grant(patient, fixture.hospital, { detail: true, from });
    request();
    // Of no time in particular: from its beginning on.
    expect(await made()).toEqual([]);
    fixture.grant(patient, fixture.hospital, { detail: true, from, ...past });
    request();
    expect(kindsOf(await made())).toEqual(['detail']);
    request();
    expect(await made()).toEqual([]);
  });

  test('of many windows that have passed are made by whoever goes on after a kill, each once, the newest first', async () => {
    const { patient, device } = await fixture.patient();
    const { nowMs } = fixture.testCore;
    const values = [5, 7, 9, 11].map((hours) => glucose(nowMs - hours * HOUR_MS, 100 + hours));
    await fixture.testCore.send(device, device.frame(nowMs, values));
    fixture.processor.flush(patient.patientNo);
    expect(kindsOf(await made())).toEqual(['periodic', 'periodic', 'periodic', 'periodic']);
    fixture.grant(patient, fixture.hospital, { detail: true, ...past });
    fixture.core.store.deferred(() => fixture.detailDue.request(patient.patientNo));
    await fixture.core.store.sync();
    const [newest] = fixture.processing.dueDetail(patient.patientNo);
    if (newest === undefined) throw new RangeError('None is due');
    const first = await fixture.maker.make(newest);
    await fixture.restart();
    const after = [first, ...(await fixture.make())].flatMap((making) =>
      making.outcome === 'made' ? [making.version] : [],
    );
    expect(kindsOf(after)).toEqual(['detail', 'detail', 'detail', 'detail']);
    expect(new Set(after.map(({ source }) => source)).size).toBe(4);
    expect(after.every(({ source }) => source <= newest.source)).toBe(true);
    fixture.core.store.deferred(() => fixture.detailDue.request(patient.patientNo));
    expect(await fixture.make()).toEqual([]);
  });

  test('that came while no grant included them are in the next version, once one does again', async () => {
    const { patient, send } = await measured();
    const { testCore, processor } = fixture;
    const device = testCore.pair(patient);
    const request = () => fixture.core.store.deferred(() => fixture.detailDue.request(patient.patientNo));
    const valuesOf = async (version: OwnVersion | undefined) => {
      if (version === undefined) throw new RangeError('There is none');
      const { entry } = (await fixture.open(patient, version)) as Bundle;
      return entry
        .flatMap(({ resource }) => (resource.resourceType === 'Observation' ? curveIn(resource) : []))
        .map(([, value]) => value)
        .sort();
    };
    const first = fixture.grant(patient, fixture.hospital, { detail: true, ...past });
    await send();
    const [, before] = await made();
    expect(await valuesOf(before)).toEqual(['100', '101', '102']);
    fixture.revoke(patient, first);
    fixture.core.store.deferred(() => {
      const { versions } = fixture;
      for (const { versionNo } of versions.open()) {
        const stored = { providerId: 'prv_cloud-a', txId: 'a', blockNumber: 1, receipt: null, storedMs: 1 };
        versions.setStored(versionNo, { ...stored, announceStatement: 'a' });
        versions.setAnnounced(versionNo, 'a', 1, 1);
      }
    });
    await testCore.send(
      device,
      device.frame(testCore.nowMs, [glucose(testCore.nowMs - 4.85 * HOUR_MS, 150)]),
    );
    processor.flush(patient.patientNo);
    expect(kindsOf(await made())).toEqual(['periodic']);
    fixture.grant(patient, fixture.hospital, { detail: true, ...past });
    request();
    const [after, ...others] = await made();
    expect(others).toEqual([]);
    expect(after).toMatchObject({ kind: 'detail', recordId: before?.recordId, version: 2 });
    expect(await valuesOf(after)).toEqual(['100', '101', '102', '150']);
    request();
    expect(await made()).toEqual([]);
  });
});
