import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from '@jest/globals';
import { fromBase64url, sha256, toBase64url } from '@careledger/crypto';
import { STATEMENTS } from '@careledger/contracts';
import { makeStatement } from '@careledger/statements';
import { STATEMENT_TYP, merkleHasher, verifyInclusion, type FramesBlock } from '@careledger/private-chain';
import { PASSPHRASE } from '../../testing/open-core.js';
import { glucose, type SimulatedDevice } from '../../testing/simulated-device.js';
import { TestCore } from '../../testing/test-core.js';
import { GroupPacker } from '../store/frame-group.js';
import type { FrameRow } from '../store/index.js';
import { PATIENT_KEYS, type Patient } from '../patients/index.js';
import { SEAL_INTERVAL_MS } from './limits.js';
import { phaseOf, sealDueMs } from './stagger.js';

async function withFrames(
  t: TestCore,
  count: number,
): Promise<{ patient: Patient; device: SimulatedDevice }> {
  const patient = await t.patient();
  const device = t.pair(patient);
  await Promise.all(Array.from({ length: count }, () => t.next(device)));
  await t.core.sealNow(patient.patientId);
  return { patient, device };
}

/** Changes the store behind the gateway's back. */
async function tamper(t: TestCore, sql: string, ...values: (string | number | Uint8Array)[]): Promise<void> {
  await t.core.close();
  const db = new DatabaseSync(join(t.folder, 'gateway.db'));
  db.prepare(sql).run(...values);
  db.close();
  await t.reopen();
}

/** Puts other frames in the place of those that the store has. */
async function tamperFrames(t: TestCore, change: (frames: FrameRow[]) => FrameRow[]): Promise<void> {
  const frames = change(t.core.store.read.framesAfter(0, 1_000));
  await tamper(t, 'DELETE FROM frame_groups');
  const packer = new GroupPacker();
  for (const [index, { rowId }] of frames.entries()) {
    const bytes = packer.pack(frames, index, index + 1);
    await tamper(t, 'INSERT INTO frame_groups VALUES (?, ?)', rowId, bytes);
  }
}

test('an open block is sealed within its time, at another moment for each patient', async () => {
  await using t = await TestCore.open();
  const patients = [await t.patient(), await t.patient(), await t.patient()];
  for (const patient of patients) await t.next(t.pair(patient));
  const sealedAt = new Map<string, number>();
  t.core.pipeline.onBlocksSealed((blocks) => {
    for (const { patient } of blocks) sealedAt.set(patient.patientId, t.nowMs);
  });
  const startMs = t.nowMs;
  while (t.nowMs - startMs <= SEAL_INTERVAL_MS) {
    t.nowMs += 1000;
    t.core.pipeline.sealDue();
    await t.core.pipeline.idle();
  }
  expect(new Set(sealedAt.values()).size).toBe(patients.length);
  expect(patients.map(({ chain }) => chain.durableHead.height)).toEqual([1, 1, 1]);
});

test('seals of a thousand patients that all began at once are spread over the whole interval', () => {
  const tenths = new Array<number>(10).fill(0);
  for (let patientNo = 1; patientNo <= 1000; patientNo++) {
    const waitMs = sealDueMs(phaseOf(patientNo), 1_767_225_600_000) - 1_767_225_600_000;
    expect(waitMs).toBeGreaterThan(0);
    expect(waitMs).toBeLessThanOrEqual(SEAL_INTERVAL_MS);
    const tenth = Math.min(9, Math.floor((waitMs / SEAL_INTERVAL_MS) * 10));
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  }
  expect(Math.max(...tenths)).toBeLessThan(120);
});

test('every sealed frame has its place in its block, which its leaves prove; an open one has none', async () => {
  await using t = await TestCore.open();
  const { patient, device } = await withFrames(t, 37);
  const { chainNo } = t.core.devices.get(device.deviceId).chain;
  const hasher = merkleHasher(sha256);
  const { body } = t.core.chain.block(patient.patientNo, 1) as FramesBlock;
  const sealed = t.core.chain.sealedFrames(patient.patientNo, 1);
  for (let seq = 0; seq < 37; seq++) {
    const place = sealed?.find(chainNo, seq);
    const row = t.core.store.read.frame(place?.rowId ?? 0);
    expect(row).toMatchObject({ chainNo, seq, height: 1 });
    const leaf = hasher.leaf(row?.jws ?? '');
    expect(place && verifyInclusion(leaf, place.inclusion, body.framesRoot, hasher)).toBe(true);
  }
  await t.next(device);
  expect(sealed?.find(chainNo, 37)).toBeUndefined();
  expect(t.core.chain.sealedFrames(patient.patientNo, 2)).toBeUndefined();
});

test('a chain goes on from its newest block after a restart, and what the store read again is not sealed twice', async () => {
  await using t = await TestCore.open();
  const { patient, device } = await withFrames(t, 3);
  await t.next(device);
  await t.core.sealNow(patient.patientId);
  await t.next(device);
  const head = t.core.head(patient.patientId);
  expect(head.height).toBe(2);
  await t.reopen();
  expect(t.core.head(patient.patientId)).toEqual(head);
  await t.next(device);
  await t.core.sealNow(patient.patientId);
  expect(await t.core.chain.verify(patient.patientNo, [head])).toMatchObject({
    ok: true,
    blocks: 4,
    frames: 6,
    anchors: 1,
  });
});

test('a frame altered in the store is found, by place', async () => {
  await using t = await TestCore.open();
  const { patient, device } = await withFrames(t, 3);
  const other = device.frame(t.nowMs, [glucose(t.nowMs, 99)]).bytes;
  await tamperFrames(t, (frames) =>
    frames.map((frame) => (frame.rowId === 2 ? { ...frame, jws: other } : frame)),
  );
  const report = await t.core.chain.verify(patient.patientNo);
  expect(report.ok).toBe(false);
  expect(report.faults[0]).toMatchObject({ code: 'FRAME_TAMPERED', height: 1 });
});

test('a frame deleted from the store is missed', async () => {
  await using t = await TestCore.open();
  const { patient } = await withFrames(t, 3);
  await tamperFrames(t, (frames) => frames.filter(({ rowId }) => rowId !== 2));
  expect(await t.core.chain.verify(patient.patientNo)).toMatchObject({ ok: false, missing: 1, frames: 2 });
});

test('damaged-group: frames whose bytes in the store are cut short are missed', async () => {
  await using t = await TestCore.open();
  const { patient, device } = await withFrames(t, 3);
  await t.next(device);
  // Else the gateway would read what is damaged at its start, and refuse the store.
  await tamper(t, 'UPDATE recovery SET from_row = 4');
  await tamper(
    t,
    'UPDATE frame_groups SET frames = substr(frames, 1, length(frames) - 1) WHERE first_row < 4',
  );
  expect(await t.core.chain.verify(patient.patientNo)).toMatchObject({ ok: false, missing: 3, frames: 0 });
  expect(() => t.core.store.read.frame(2)).toThrow(expect.objectContaining({ code: 'STORE_INCONSISTENT' }));
});

test('a block rewritten in the store, and a head that the ledger knows otherwise, are found', async () => {
  await using t = await TestCore.open();
  const { patient } = await withFrames(t, 3);
  const { height, hash } = t.core.head(patient.patientId);
  expect(await t.core.chain.verify(patient.patientNo, [{ height, hash }])).toMatchObject({
    ok: true,
    anchors: 1,
  });
  const forked = await t.core.chain.verify(patient.patientNo, [{ height, hash: 'A'.repeat(43) }]);
  expect(forked.faults).toMatchObject([{ code: 'CHAIN_FORKED', height }]);
  await tamper(
    t,
    `UPDATE blocks SET json = replace(json, '"frameCount":', '"frameCount":1') WHERE height = 1`,
  );
  expect(await t.core.chain.verify(patient.patientNo)).toMatchObject({ ok: false });
});

test('erased frames: content gone from the files, leaf kept, the chain verifies, the copy sent again is a duplicate', async () => {
  await using t = await TestCore.open();
  const patient = await t.patient();
  const device = t.pair(patient);
  const frames = [1, 2, 3].map((n) => device.frame(t.nowMs, [glucose(t.nowMs, 100 + n)]));
  for (const frame of frames) await t.send(device, frame);
  const { patientId, patientNo } = patient;
  await expect(
    t.core.eraseFrames(patientId, { rowIds: [2], reason: 'retention', statement: null }),
  ).rejects.toMatchObject({
    code: 'FRAME_NOT_SEALED',
  });
  await t.core.sealNow(patientId);
  const consent = await t.core.patients.unlockConsent(patientId, PASSPHRASE);
  const ask = (signer: typeof consent) =>
    makeStatement(
      { typ: STATEMENT_TYP.erasure, iss: patientId, aud: 'devnet', channels: ['cloud'], body: { rows: [2] } },
      signer,
    );
  const erase = (statement: string | null) =>
    t.core.eraseFrames(patientId, { rowIds: [2], reason: 'patient-request', statement });
  await expect(erase(null)).rejects.toMatchObject({ code: 'ERASURE_UNPROVEN' });
  await expect(erase(ask(device.signer))).rejects.toMatchObject({ code: 'ERASURE_UNPROVEN' });
  const [header, content] = new TextDecoder().decode(frames[1]?.bytes).split('.');
  expect(header).toBeDefined();
  expect(await erase(ask(consent))).toMatchObject({ height: 2 });
  expect(await t.core.chain.verify(patientNo)).toMatchObject({ ok: true, frames: 2, erased: 1, missing: 0 });
  expect(t.core.frames.framesAfter(0, 10)).toMatchObject({
    frames: [{ rowId: 1 }, { rowId: 3 }],
    lastRow: 3,
  });
  expect(await t.send(device, frames[1] ?? { bytes: fromBase64url('') })).toMatchObject({
    status: 'duplicate',
  });
  await t.core.store.sync();
  for (const file of ['gateway.db', 'gateway.db-wal']) {
    expect((await readFile(join(t.folder, file), 'latin1')).includes(content ?? '')).toBe(false);
  }
});

test('a chain goes on under a new gateway key: the open block is signed by the old one, everything after by the new', async () => {
  await using t = await TestCore.open();
  const patient = await t.patient();
  const { patientId, patientNo } = patient;
  const device = t.pair(patient);
  await t.next(device);
  const consent = await t.core.patients.unlockConsent(patientId, PASSPHRASE);
  const name = PATIENT_KEYS.gateway(patientId);
  const successor = await t.keyStore.stageSigner(name);
  const gatewayKey = toBase64url(successor.publicKey);
  const rotation = makeStatement(
    {
      typ: STATEMENTS.rotatePatientKey.typ,
      iss: patientId,
      aud: 'devnet',
      channels: ['cloud', 'authorities'],
      body: { use: 'gateway', newKey: gatewayKey },
    },
    consent,
  );
  const body = { consentKey: toBase64url(consent.publicKey), gatewayKey, statements: [rotation] };
  expect(await t.core.rekey(patientId, body, successor)).toMatchObject({ height: 2 });
  await t.keyStore.completeRotation(name);
  await t.next(device);
  await t.reopen();
  await t.next(device);
  await t.core.sealNow(patientId);
  expect(await t.core.chain.verify(patientNo)).toMatchObject({ ok: true, blocks: 4, frames: 3 });
});

test('one patient’s blocks do not move another’s chain', async () => {
  await using t = await TestCore.open();
  const { patient } = await withFrames(t, 2);
  const other = await t.patient();
  await t.next(t.pair(other));
  await t.core.sealNow(patient.patientId);
  expect(t.core.head(other.patientId).height).toBe(0);
  expect(t.core.head(patient.patientId).height).toBe(1);
});
