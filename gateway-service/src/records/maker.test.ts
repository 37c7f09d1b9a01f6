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
import { readStatement } from '@careledger/statements';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RecordsBench } from '../../testing/records-fixture.js';
import { glucose } from '../../testing/simulated-device.js';
import { tagOf } from './scope.js';
import type { RecordVersion } from './version-store.js';

const DAY_MS = 24 * 60 * 60_000;

let bench: RecordsBench;
beforeEach(async () => {
  bench = await RecordsBench.open();
});
afterEach(() => bench[Symbol.asyncDispose]());

const storedBody = ({ storeStatement }: RecordVersion) =>
  readStatement(storeStatement).payload.body as StatementBody<'storeRecord'>;

describe('a record’s id', () => {
  test('is nobody else’s to take: it is the hash of author, patient and a seed that every statement carries', async () => {
    const { patient, device } = await bench.patient();
    bench.grant(patient, bench.hospital);
    const { version, noticeNos } = await bench.emergency(device);
    const { patientId } = patient;
    const { seed, recordId } = storedBody(version);
    expect(recordIdOf({ author: patientId, patientId, seed }, sha256)).toBe(recordId);
    expect(recordIdOf({ author: 'aut_hospital', patientId, seed }, sha256)).not.toBe(recordId);
    const [notice] = noticeNos.map((no) => bench.notices.get(no));
    expect(readStatement(notice?.statement ?? '').payload.body).toMatchObject({ seed, recordId });
  });

  test('is the same after a backup was put back, for the secret of ids is in it', async () => {
    const { patient, device } = await bench.patient();
    const folder = mkdtempSync(join(tmpdir(), 'careledger-backup-'));
    const lost = await bench.periodic(patient, device);
    cpSync(bench.bench.folder, folder, { recursive: true });
    await using restored = await RecordsBench.open(folder);
    // What came of the window after the backup: the ledger has it, this store has forgotten it.
    restored.core.store.deferred(() => {
      restored.core.store.database.exec('DELETE FROM record_versions; DELETE FROM record_contents');
      const { patientNo, kind, place, lane } = lost;
      if (kind !== 'clinical')
        restored.processing.putDue({ patientNo, kind, place, lane, arrivedMs: null }, 1, 0);
    });
    const [made] = await restored.make();
    expect(made?.version).toMatchObject({ recordId: lost.recordId, version: 1 });
    expect(made && storedBody(made.version).seed).toBe(storedBody(lost).seed);
    expect(made?.version.manifestHash).not.toBe(lost.manifestHash);
  });
});

describe('wraps', () => {
  test('whoever was granted before the record was made can open it, and nobody else', async () => {
    const { patient, device } = await bench.patient();
    bench.grant(patient, bench.hospital);
    bench.revoke(patient, bench.grant(patient, bench.insurer));
    const version = await bench.periodic(patient, device);
    const own = bench.core.patients.keys(patient.patientId).encryption().kid;
    expect(version.wraps.map((jwe) => readWrap(jwe).kid)).toEqual([own, bench.hospital.encryption.kid]);
    expect(readWrapSet(version.wrapSet)).toMatchObject({ v: 2, seq: 1 });
  });

  test('a grant to write or one that has ended gives no key; one of the future does', async () => {
    const { patient, device } = await bench.patient();
    bench.grant(patient, bench.hospital, { from: '2100-01-01T00:00:00.000Z' });
    bench.grant(patient, bench.insurer, { permissions: ['write'] });
    bench.grant(patient, bench.insurer, { until: '2026-02-01T00:00:00.000Z' });
    const { wraps } = await bench.periodic(patient, device);
    expect(wraps.map((jwe) => readWrap(jwe).kid)).toContain(bench.hospital.encryption.kid);
    expect(wraps.map((jwe) => readWrap(jwe).kid)).not.toContain(bench.insurer.encryption.kid);
  });

  test('a grant for vital signs gives no key of a glucose record', async () => {
    const { patient, device } = await bench.patient();
    const scopeKey = bench.core.patients.keys(patient.patientId).scopeKey();
    const scopeTags = [tagOf(scopeKey, { category: 'vital-signs', resourceType: 'Observation' })];
    bench.grant(patient, bench.hospital, { scopeTags });
    const { wraps, tagGroups } = await bench.periodic(patient, device);
    expect(wraps).toHaveLength(1);
    expect(tagGroups).toHaveLength(1);
  });

  test('a grant that goes while its record is being made is noticed: the next set follows', async () => {
    const { patient, device } = await bench.patient();
    const grantId = bench.grant(patient, bench.hospital);
    await bench.rewrapped(patient);
    const { grants, hospital } = bench;
    const { state } = hospital;
    // While the authority's key is looked up, which is within the making.
    Object.defineProperty(hospital, 'state', {
      get: () => {
        bench.core.store.deferred(() => grants.revoke(patient.patientNo, grantId, 1));
        return state;
      },
    });
    const version = await bench.periodic(patient, device);
    expect(version.wraps.map((jwe) => readWrap(jwe).kid)).toContain(
      kidOf('X25519', hospital.encryption.publicKey),
    );
    expect(bench.rewraps.get(patient.patientNo)).toMatchObject({ from: version.versionNo });
  });
});

describe('a direct notice', () => {
  test('carries the very bytes that are stored: manifest, ciphertext, and a wrap that opens them', async () => {
    const { patient, device } = await bench.patient();
    bench.grant(patient, bench.hospital);
    const { version, noticeNos } = await bench.emergency(device);
    const [notice] = noticeNos.map((no) => bench.notices.get(no));
    const body = readStatement(notice?.statement ?? '').payload.body as StatementBody<'emergencyNotice'>;
    expect(body.manifest).toBe(version.manifest);
    expect(version.wraps).toContain(body.wrap);
    expect(body.tagGroups).toEqual(readManifest(version.manifest).aad.tagGroups);
    const opened = await openNoticeRecord({
      manifest: body.manifest,
      wrap: body.wrap,
      ciphertext: bench.versions.ciphertext(version.versionNo),
      expected: { recordId: version.recordId, patientId: patient.patientId, version: 1 },
      authorKeys: [patient.chain.signer.publicKey],
      recipientKey: bench.hospital.encryption,
      verifier: bench.verifier,
    });
    expect(JSON.parse(Buffer.from(opened.content).toString('utf8'))).toEqual(
      await bench.open(patient, version),
    );
  });

  test('goes to whom a grant brings it: not of a subscription that was taken back, not of a narrower scope', async () => {
    const subscriptionId = 'AAAAAAAAAAAAAAAAAAAAAA';
    const toldOf = async (status: 'approved' | 'cancelled', scopeTags: string[] = []): Promise<number> => {
      const { patient, device } = await bench.patient();
      bench.grant(patient, bench.hospital, { subscriptionId, scopeTags });
      const { authorityId } = bench.hospital;
      bench.core.store.deferred(() =>
        bench.subscriptions.put(patient.patientNo, { subscriptionId, authorityId, status }),
      );
      return (await bench.emergency(device)).noticeNos.length;
    };
    expect(await toldOf('approved')).toBe(1);
    expect(await toldOf('cancelled')).toBe(0);
    expect(await toldOf('approved', ['AAAAAAAAAAAAAAAAAAAAAA'])).toBe(0);
  });

  test('that cannot be made is there for people to see', async () => {
    const { patient, device } = await bench.patient();
    bench.grant(patient, { authorityId: 'aut_nobody-knows' });
    const { noticeNos, version } = await bench.emergency(device);
    expect(noticeNos).toEqual([]);
    expect(bench.notices.ofVersion(version.versionNo)).toEqual([
      expect.objectContaining({ status: 'given-up', lastError: 'RECIPIENT_KEY_UNKNOWN' }),
    ]);
  });
});

test('a record that is put into the store about somebody else is not shown as the patient’s', async () => {
  const { patient, device } = await bench.patient();
  const { patientId, chain } = patient;
  const version = await bench.periodic(patient, device);
  const honest = await bench.open(patient, version);
  const forged = JSON.stringify(honest).replaceAll(patientId, `pat_${'a'.repeat(32)}`);
  const { aad } = readManifest(version.manifest);
  const sealed = sealRecord({ content: utf8(forged), aad }, chain.signer);
  const { database } = bench.core.store;
  const { publicKey } = bench.core.patients.keys(patientId).encryption();
  const wrap = await wrapKey(sealed.contentKey, aad, { publicKey });
  const { manifestHash } = sealed;
  const wrapSet = makeWrapSet({ ...aad, manifestHash, wraps: [wrap] }, chain.signer);
  bench.core.store.deferred(() => {
    database
      .prepare('UPDATE record_versions SET manifest = ?, manifest_hash = ?, wrap_set = ?, wraps = ?')
      .run(sealed.manifest, manifestHash, wrapSet, JSON.stringify([wrap.jwe]));
    database.prepare('UPDATE record_contents SET ciphertext = ?').run(sealed.ciphertext);
  });
  await expect(bench.open(patient, version)).rejects.toMatchObject({
    code: 'RECORD_DAMAGED',
    message: expect.stringContaining('SUBJECT_MISMATCH'),
  });
});

test('an old emergency is made without anybody being told of it as news', async () => {
  const { patient, device } = await bench.patient();
  bench.grant(patient, bench.hospital);
  const { noticeNos } = await bench.emergency(device);
  bench.bench.nowMs += DAY_MS + 1;
  for (const no of noticeNos) bench.sender.add(no);
  await bench.until(() => bench.notices.open().length === 0);
  expect(bench.hospital.received).toEqual([]);
  expect(bench.notices.givenUp(10)).toEqual([expect.objectContaining({ lastError: 'NOTICE_TOO_OLD' })]);
});

test('a record that no reader would take is not made, holds up no other, and is there for people to see', async () => {
  const { patient, device } = await bench.patient();
  const { devices } = bench.core;
  const find = devices.find.bind(devices);
  const isBroken = { value: (id: string) => ({ ...find(id), type: 'x'.repeat(300) }), configurable: true };
  Object.defineProperty(devices, 'find', isBroken);
  const { nowMs } = bench.bench;
  await bench.bench.send(device, device.frame(nowMs, [glucose(nowMs, 49)]));
  expect(await bench.make()).toEqual([]);
  expect(bench.processing.dueCount()).toBe(0);
  expect(bench.unmade.list(10)).toEqual([
    expect.objectContaining({ patientNo: patient.patientNo, kind: 'emergency', code: 'PROFILE_VIOLATION' }),
  ]);
  Object.defineProperty(devices, 'find', { value: find });
  const [unmade] = bench.unmade.list(1);
  if (unmade === undefined) throw new Error('it was just there');
  const { patientNo, kind, place } = unmade;
  bench.core.store.deferred(() =>
    bench.processing.putDue({ patientNo, kind, place, lane: 'emergency', arrivedMs: null }, 1, 0),
  );
  expect(await bench.make()).toHaveLength(1);
  expect(bench.unmade.count()).toBe(0);
});
