import { generateEd25519 } from '@careledger/crypto';
import { makeWrapSet, matchWraps, readWrapSet } from '@careledger/envelope';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Patient } from '../patients/index.js';
import { RecordsBench } from '../../testing/records-fixture.js';
import type { RecordVersion } from './version-store.js';

let bench: RecordsBench;
beforeEach(async () => {
  bench = await RecordsBench.open();
});
afterEach(() => bench[Symbol.asyncDispose]());

const ownKid = ({ patientId }: Patient) => bench.core.patients.keys(patientId).encryption().kid;

/** A patient with a record that the provider holds, granted to the hospital and the insurer. */
async function held(): Promise<{
  patient: Patient;
  version: RecordVersion;
  place: string;
  hospital: string;
  insurer: string;
}> {
  const { patient, device } = await bench.patient();
  const hospital = bench.grant(patient, bench.hospital);
  const insurer = bench.grant(patient, bench.insurer);
  const version = await bench.periodic(patient, device);
  const place = await bench.store(version);
  await bench.rewrapped(patient);
  return { patient, version, place, hospital, insurer };
}

describe('whoever may read no more has no wrap left at the provider', () => {
  test('after the grant was revoked; the others keep theirs, byte for byte', async () => {
    const { patient, version, place, hospital } = await held();
    const before = bench.provider.wraps.get(place);
    bench.revoke(patient, hospital);
    await bench.rewrapped(patient);
    expect(bench.provider.kidsOf(place)).toEqual([ownKid(patient), bench.insurer.encryption.kid]);
    const after = bench.provider.wraps.get(place);
    expect(before?.wraps).toEqual(expect.arrayContaining(after?.wraps ?? ['none']));
    expect(bench.version(version.versionNo)).toMatchObject({ ...after });
    await expect(bench.open(patient, version)).resolves.toMatchObject({ resourceType: 'Bundle' });
  });

  test('after everything was revoked', async () => {
    const { patient, place } = await held();
    bench.revoke(patient);
    await bench.rewrapped(patient);
    expect(bench.provider.kidsOf(place)).toEqual([ownKid(patient)]);
  });

  test('after the grant has ended by its own terms, once', async () => {
    const { patient, device } = await bench.patient();
    const untilMs = bench.bench.nowMs + 60_000;
    bench.grant(patient, bench.hospital, { until: new Date(untilMs).toISOString() });
    const place = await bench.store(await bench.periodic(patient, device));
    await bench.rewrapped(patient);
    expect(bench.provider.kidsOf(place)).toContain(bench.hospital.encryption.kid);
    bench.bench.nowMs = untilMs;
    bench.rewrapper.sweep();
    await bench.until(() => bench.rewraps.count() === 0);
    expect(bench.provider.kidsOf(place)).toEqual([ownKid(patient)]);
    bench.rewrapper.sweep();
    expect(bench.rewraps.count()).toBe(0);
  });

  test('of a record that was on its way when it was revoked: once that is stored', async () => {
    const { patient, device } = await bench.patient();
    const grantId = bench.grant(patient, bench.hospital);
    const version = await bench.periodic(patient, device);
    bench.revoke(patient, grantId);
    bench.rewrapper.add(patient.patientNo);
    const place = await bench.store(version);
    expect(bench.provider.kidsOf(place)).toContain(bench.hospital.encryption.kid);
    await bench.rewrapped(patient);
    expect(bench.provider.kidsOf(place)).toEqual([ownKid(patient)]);
  });

  test('after the process was killed in between', async () => {
    const { patient, place, hospital } = await held();
    bench.provider.mood = 'loses-answer';
    bench.revoke(patient, hospital);
    bench.rewrapper.add(patient.patientNo);
    await bench.until(() => bench.provider.replaced.length > 0);
    await bench.restart();
    bench.provider.mood = 'answers';
    bench.rewrapper.start();
    await bench.until(() => bench.rewraps.count() === 0);
    expect(bench.provider.kidsOf(place)).not.toContain(bench.hospital.encryption.kid);
    expect(bench.provider.replaced).toEqual([2]);
    const { wrapSet } = bench.version(1);
    expect(wrapSet).toBe(bench.provider.wraps.get(place)?.wrapSet);
  });
});

test('a new grantee gets earlier records', async () => {
  const { patient, device } = await bench.patient();
  const place = await bench.store(await bench.periodic(patient, device));
  bench.grant(patient, bench.hospital);
  await bench.rewrapped(patient);
  expect(bench.provider.kidsOf(place)).toEqual([ownKid(patient), bench.hospital.encryption.kid]);
});

describe('a provider that sees other grants than this gateway', () => {
  test('keeps nobody from being left out, and is asked again until it agrees', async () => {
    const { patient, place, hospital, insurer } = await held();
    // Its peer lags behind: the hospital's revocation is there, the insurer's is not.
    bench.provider.allowed = new Set([ownKid(patient), bench.insurer.encryption.kid]);
    bench.revoke(patient, hospital);
    bench.revoke(patient, insurer);
    bench.rewrapper.add(patient.patientNo);
    await bench.until(() => bench.provider.kidsOf(place).length === 2);
    expect(bench.provider.kidsOf(place)).toEqual([ownKid(patient), bench.insurer.encryption.kid]);
    expect(bench.rewraps.count()).toBe(1);
    bench.provider.allowed = new Set([ownKid(patient)]);
    await bench.until(() => bench.rewraps.count() === 0);
    expect(bench.provider.kidsOf(place)).toEqual([ownKid(patient)]);
  });

  test('cannot have the patient’s own wrap left out', async () => {
    const { patient, place, hospital } = await held();
    bench.provider.allowed = new Set([bench.insurer.encryption.kid]);
    bench.revoke(patient, hospital);
    bench.rewrapper.add(patient.patientNo);
    await bench.until(() => bench.rewrapper.health.waiting > 0 && bench.rewraps.count() === 1);
    expect(bench.provider.kidsOf(place)).toContain(ownKid(patient));
    bench.provider.allowed = undefined;
    await bench.until(() => bench.rewraps.count() === 0);
  });
});

describe('a set that this store has forgotten', () => {
  test('is read at the provider after a backup was put back, and the next one follows it', async () => {
    const { patient, version, place, hospital } = await held();
    bench.revoke(patient, hospital);
    await bench.rewrapped(patient);
    bench.core.store.deferred(() =>
      bench.versions.setWraps(version.versionNo, version, 'as the backup has it'),
    );
    bench.revoke(patient);
    await bench.rewrapped(patient);
    expect(bench.provider.kidsOf(place)).toEqual([ownKid(patient)]);
    expect(readWrapSet(bench.version(version.versionNo).wrapSet).seq).toBe(3);
  });

  test('is not taken from a provider that made it up', async () => {
    const { patient, version, place, hospital } = await held();
    const { wrapSet, wraps } = bench.version(version.versionNo);
    const forged = makeWrapSet(
      { ...readWrapSet(wrapSet), seq: 7, wraps: matchWraps(readWrapSet(wrapSet), wraps) },
      generateEd25519().signer,
    );
    bench.provider.hold(place, { wrapSet: forged, wraps: [...wraps] });
    bench.revoke(patient, hospital);
    bench.rewrapper.add(patient.patientNo);
    await bench.until(() => bench.logged.some((line) => line.includes('not up to date')));
    expect(bench.version(version.versionNo).wrapSet).toBe(wrapSet);
    expect(bench.rewraps.count()).toBe(1);
  });

  test('and an acceptance that is not the provider’s word are not believed', async () => {
    const { patient, version, hospital } = await held();
    const { wrapSet } = bench.version(version.versionNo);
    bench.provider.mood = 'signs-with-another-key';
    bench.revoke(patient, hospital);
    bench.rewrapper.add(patient.patientNo);
    await bench.until(() => bench.logged.some((line) => line.includes('not up to date')));
    expect(bench.version(version.versionNo)).toMatchObject({ wrapSet, acceptance: null });
  });
});
