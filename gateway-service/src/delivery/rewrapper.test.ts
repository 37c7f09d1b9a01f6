import { generateEd25519 } from '@careledger/crypto';
import { ANY } from '@careledger/domain';
import { makeWrapSet, matchWraps, readWrapSet } from '@careledger/envelope';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { HOUR_MS, RecordsFixture } from '../../testing/records-fixture.js';
import type { Patient } from '../patients/index.js';
import type { OwnVersion } from '../records/own-version.js';

let fixture: RecordsFixture;
beforeEach(async () => {
  fixture = await RecordsFixture.open();
});
afterEach(() => fixture[Symbol.asyncDispose]());

const ownKid = ({ patientId }: Patient) => fixture.core.patients.keys(patientId).encryption().kid;

/** A patient with a record that the provider holds, granted to the hospital and the insurer. */
async function held(): Promise<{
  patient: Patient;
  version: OwnVersion;
  versionId: string;
  hospital: string;
  insurer: string;
}> {
  const { patient, device } = await fixture.patient();
  const hospital = fixture.grant(patient, fixture.hospital);
  const insurer = fixture.grant(patient, fixture.insurer);
  const version = await fixture.periodic(patient, device);
  const versionId = await fixture.store(version);
  await fixture.rewrapped(patient);
  return { patient, version, versionId, hospital, insurer };
}

describe('whoever may read no more has no wrap left at the provider', () => {
  test('after the grant was revoked; the others keep theirs, byte for byte', async () => {
    const { patient, version, versionId, hospital } = await held();
    const before = fixture.provider.wraps.get(versionId);
    fixture.revoke(patient, hospital);
    await fixture.rewrapped(patient);
    expect(fixture.provider.kidsOf(versionId)).toEqual([ownKid(patient), fixture.insurer.encryption.kid]);
    const after = fixture.provider.wraps.get(versionId);
    expect(before?.wraps).toEqual(expect.arrayContaining(after?.wraps ?? ['none']));
    expect(fixture.version(version.versionNo)).toMatchObject({ ...after });
    await expect(fixture.open(patient, version)).resolves.toMatchObject({ resourceType: 'Bundle' });
  });

  test('after a denial, whatever is granted; who else is granted it keeps it, and so does who is let in again', async () => {
    const { patient, versionId } = await held();
    const denial = fixture.grant(patient, fixture.hospital, { effect: 'deny' });
    await fixture.rewrapped(patient);
    expect(fixture.provider.kidsOf(versionId)).toEqual([ownKid(patient), fixture.insurer.encryption.kid]);
    fixture.revoke(patient, denial);
    await fixture.rewrapped(patient);
    expect(fixture.provider.kidsOf(versionId)).toContain(fixture.hospital.encryption.kid);
  });

  test('after a denial to anybody of what the record holds, and not of what it does not hold', async () => {
    const { patient, version, versionId } = await held();
    const anybody = { authorityId: ANY };
    fixture.grant(patient, anybody, { effect: 'deny', scopeTags: ['n'.repeat(22)] });
    await fixture.rewrapped(patient);
    expect(fixture.provider.kidsOf(versionId)).toContain(fixture.hospital.encryption.kid);
    fixture.grant(patient, anybody, { effect: 'deny', scopeTags: version.tagGroups[0]?.slice(0, 1) ?? [] });
    await fixture.rewrapped(patient);
    expect(fixture.provider.kidsOf(versionId)).toEqual([ownKid(patient)]);
  });

  test('once a denial begins, until it ends', async () => {
    const { patient, versionId } = await held();
    const { nowMs } = fixture.testCore;
    const [from, until] = [nowMs + 60_000, nowMs + 120_000].map((ms) => new Date(ms).toISOString());
    fixture.grant(patient, fixture.hospital, { effect: 'deny', ...(from && until && { from, until }) });
    await fixture.rewrapped(patient);
    const holds = async (atMs: number) => {
      fixture.testCore.nowMs = atMs;
      fixture.rewrapper.sweep();
      await fixture.until(() => fixture.rewraps.count() === 0);
      return fixture.provider.kidsOf(versionId).includes(fixture.hospital.encryption.kid);
    };
    expect([await holds(nowMs), await holds(nowMs + 60_000), await holds(nowMs + 120_000)]).toEqual([
      true,
      false,
      true,
    ]);
  });

  test('after everything was revoked', async () => {
    const { patient, versionId } = await held();
    fixture.revoke(patient);
    await fixture.rewrapped(patient);
    expect(fixture.provider.kidsOf(versionId)).toEqual([ownKid(patient)]);
  });

  test('after the grant has ended by its own terms, once', async () => {
    const { patient, device } = await fixture.patient();
    const untilMs = fixture.testCore.nowMs + 60_000;
    fixture.grant(patient, fixture.hospital, { until: new Date(untilMs).toISOString() });
    const versionId = await fixture.store(await fixture.periodic(patient, device));
    await fixture.rewrapped(patient);
    expect(fixture.provider.kidsOf(versionId)).toContain(fixture.hospital.encryption.kid);
    fixture.testCore.nowMs = untilMs;
    fixture.rewrapper.sweep();
    await fixture.until(() => fixture.rewraps.count() === 0);
    expect(fixture.provider.kidsOf(versionId)).toEqual([ownKid(patient)]);
    fixture.rewrapper.sweep();
    expect(fixture.rewraps.count()).toBe(0);
  });

  test('of a record that was on its way when it was revoked: once that is stored', async () => {
    const { patient, device } = await fixture.patient();
    const grantId = fixture.grant(patient, fixture.hospital);
    const version = await fixture.periodic(patient, device);
    fixture.revoke(patient, grantId);
    fixture.rewrapper.add(patient.patientNo);
    const versionId = await fixture.store(version);
    expect(fixture.provider.kidsOf(versionId)).toContain(fixture.hospital.encryption.kid);
    await fixture.rewrapped(patient);
    expect(fixture.provider.kidsOf(versionId)).toEqual([ownKid(patient)]);
  });

  test('after the process was killed in between', async () => {
    const { patient, versionId, hospital } = await held();
    fixture.provider.behaviour = 'loses-answer';
    fixture.revoke(patient, hospital);
    fixture.rewrapper.add(patient.patientNo);
    await fixture.until(() => fixture.provider.replaced.length > 0);
    await fixture.restart();
    fixture.provider.behaviour = 'answers';
    fixture.rewrapper.start();
    await fixture.until(() => fixture.rewraps.count() === 0);
    expect(fixture.provider.kidsOf(versionId)).not.toContain(fixture.hospital.encryption.kid);
    expect(fixture.provider.replaced).toEqual([2]);
    const { wrapSet } = fixture.version(1);
    expect(wrapSet).toBe(fixture.provider.wraps.get(versionId)?.wrapSet);
  });
});

test('a new grantee gets earlier records', async () => {
  const { patient, device } = await fixture.patient();
  const versionId = await fixture.store(await fixture.periodic(patient, device));
  fixture.grant(patient, fixture.hospital);
  await fixture.rewrapped(patient);
  expect(fixture.provider.kidsOf(versionId)).toEqual([ownKid(patient), fixture.hospital.encryption.kid]);
});

describe('earlier records get their wraps newest first,', () => {
  /** A record an hour, each stored. */
  async function hourly(count: number) {
    const { patient, device } = await fixture.patient();
    const versionIds: string[] = [];
    for (let i = 0; i < count; i++) {
      versionIds.push(await fixture.store(await fixture.periodic(patient, device)));
      fixture.testCore.nowMs += HOUR_MS;
    }
    return { patient, device, versionIds };
  }

  const progressOf = ({ patientNo }: Patient) => {
    const job = fixture.rewraps.get(patientNo);
    return job && fixture.versions.countWithin(patientNo, { first: job.first, last: job.next });
  };

  test('and it can be told how many are left', async () => {
    const { patient, versionIds } = await hourly(5);
    fixture.grant(patient, fixture.hospital);
    expect(progressOf(patient)).toBe(5);
    await fixture.rewrapped(patient);
    expect(fixture.provider.replacedOf).toEqual(versionIds.toReversed());
    expect(progressOf(patient)).toBeUndefined();
  });

  test('and go on where they stood after the process was killed', async () => {
    const { patient, versionIds } = await hourly(5);
    fixture.grant(patient, fixture.hospital);
    fixture.provider.delayMs = 20;
    fixture.rewrapper.start();
    await fixture.until(() => (progressOf(patient) ?? 0) <= 3);
    await fixture.restart();
    expect(progressOf(patient)).toBeLessThanOrEqual(3);
    expect(progressOf(patient)).toBeGreaterThan(0);
    fixture.rewrapper.start();
    await fixture.until(() => fixture.rewraps.count() === 0);
    expect([...new Set(fixture.provider.replacedOf)]).toEqual(versionIds.toReversed());
    for (const versionId of versionIds)
      expect(fixture.provider.kidsOf(versionId)).toContain(fixture.hospital.encryption.kid);
  });

  test('and one that no provider has yet holds up no other', async () => {
    const { patient, device } = await fixture.patient();
    const first = await fixture.store(await fixture.periodic(patient, device));
    fixture.testCore.nowMs += HOUR_MS;
    const onItsWay = await fixture.periodic(patient, device);
    fixture.grant(patient, fixture.hospital);
    fixture.rewrapper.add(patient.patientNo);
    await fixture.until(() => fixture.provider.replacedOf.length === 1);
    expect(fixture.provider.replacedOf).toEqual([first]);
    await fixture.until(() => fixture.rewrapper.health.running === 0);
    expect([progressOf(patient), fixture.rewrapper.health.waiting]).toEqual([1, 0]);
    const second = await fixture.store(onItsWay);
    await fixture.rewrapped(patient);
    expect(fixture.provider.replacedOf).toEqual([first, second]);
  });

  test('and one that a provider takes meanwhile is looked at as well', async () => {
    const { patient, device, versionIds } = await hourly(4);
    const grantId = fixture.grant(patient, fixture.hospital);
    await fixture.rewrapped(patient);
    const onItsWay = await fixture.periodic(patient, device);
    fixture.revoke(patient, grantId);
    fixture.provider.delayMs = 20;
    fixture.rewrapper.add(patient.patientNo);
    const versionId = await fixture.store(onItsWay);
    expect(fixture.provider.kidsOf(versionId)).toContain(fixture.hospital.encryption.kid);
    await fixture.rewrapped(patient);
    for (const each of [...versionIds, versionId])
      expect(fixture.provider.kidsOf(each)).toEqual([ownKid(patient)]);
  });

  test('and one on which its provider did not agree is tried again, also by the process that follows', async () => {
    const { patient, versionIds } = await hourly(2);
    fixture.grant(patient, fixture.hospital);
    const job = fixture.rewraps.get(patient.patientNo);
    if (job === undefined) throw new Error('There is no job');
    // Killed here, in the middle of a round.
    fixture.core.store.deferred(() => fixture.rewraps.advance(job, job.last, false));
    await fixture.restart();
    fixture.rewrapper.start();
    await fixture.until(() => fixture.rewraps.count() === 0);
    for (const versionId of versionIds)
      expect(fixture.provider.kidsOf(versionId)).toContain(fixture.hospital.encryption.kid);
  });

  test('and are not held up by what authorities wrote', async () => {
    const { patient, versionIds } = await hourly(1);
    const [versionId = ''] = versionIds;
    fixture.areReceivedSettled = false;
    fixture.provider.allowed = new Set([ownKid(patient)]);
    fixture.grant(patient, fixture.hospital);
    fixture.rewrapper.add(patient.patientNo);
    await fixture.until(() => fixture.rewrapper.health.waiting > 0 && fixture.rewrapper.health.running === 0);
    fixture.provider.allowed = undefined;
    await fixture.until(() => fixture.provider.kidsOf(versionId).includes(fixture.hospital.encryption.kid));
    expect(fixture.rewraps.count()).toBe(1);
    fixture.areReceivedSettled = true;
    await fixture.until(() => fixture.rewraps.count() === 0);
  });

  test('and begin at the newest again when another grant comes meanwhile', async () => {
    const { patient, versionIds } = await hourly(3);
    fixture.grant(patient, fixture.hospital);
    fixture.provider.delayMs = 20;
    fixture.rewrapper.start();
    await fixture.until(() => progressOf(patient) === 1);
    fixture.grant(patient, fixture.insurer);
    expect(progressOf(patient)).toBe(3);
    await fixture.until(() => fixture.rewraps.count() === 0);
    for (const versionId of versionIds)
      expect(fixture.provider.kidsOf(versionId)).toEqual(
        expect.arrayContaining([fixture.hospital.encryption.kid, fixture.insurer.encryption.kid]),
      );
  });
});

describe('a provider that sees other grants than this gateway', () => {
  test('keeps nobody from being left out, and is asked again until it agrees', async () => {
    const { patient, versionId, hospital, insurer } = await held();
    // Its peer lags behind: the hospital's revocation is there, the insurer's is not.
    fixture.provider.allowed = new Set([ownKid(patient), fixture.insurer.encryption.kid]);
    fixture.revoke(patient, hospital);
    fixture.revoke(patient, insurer);
    fixture.rewrapper.add(patient.patientNo);
    await fixture.until(() => fixture.provider.kidsOf(versionId).length === 2);
    expect(fixture.provider.kidsOf(versionId)).toEqual([ownKid(patient), fixture.insurer.encryption.kid]);
    expect(fixture.rewraps.count()).toBe(1);
    fixture.provider.allowed = new Set([ownKid(patient)]);
    await fixture.until(() => fixture.rewraps.count() === 0);
    expect(fixture.provider.kidsOf(versionId)).toEqual([ownKid(patient)]);
  });

  test('cannot have the patient’s own wrap left out', async () => {
    const { patient, versionId, hospital } = await held();
    fixture.provider.allowed = new Set([fixture.insurer.encryption.kid]);
    fixture.revoke(patient, hospital);
    fixture.rewrapper.add(patient.patientNo);
    await fixture.until(() => fixture.rewrapper.health.waiting > 0 && fixture.rewraps.count() === 1);
    expect(fixture.provider.kidsOf(versionId)).toContain(ownKid(patient));
    fixture.provider.allowed = undefined;
    await fixture.until(() => fixture.rewraps.count() === 0);
  });
});

describe('a set that this store has forgotten', () => {
  test('is read at the provider after a backup was put back, and the next one follows it', async () => {
    const { patient, version, versionId, hospital } = await held();
    fixture.revoke(patient, hospital);
    await fixture.rewrapped(patient);
    fixture.core.store.deferred(() =>
      fixture.versions.setWraps(version.versionNo, version, 'as the backup has it'),
    );
    fixture.revoke(patient);
    await fixture.rewrapped(patient);
    expect(fixture.provider.kidsOf(versionId)).toEqual([ownKid(patient)]);
    expect(readWrapSet(fixture.version(version.versionNo).wrapSet).seq).toBe(3);
  });

  test('is not taken from a provider that made it up', async () => {
    const { patient, version, versionId, hospital } = await held();
    const { wrapSet, wraps } = fixture.version(version.versionNo);
    const forged = makeWrapSet(
      { ...readWrapSet(wrapSet), seq: 7, wraps: matchWraps(readWrapSet(wrapSet), wraps) },
      generateEd25519().signer,
    );
    fixture.provider.hold(versionId, { wrapSet: forged, wraps: [...wraps] });
    fixture.revoke(patient, hospital);
    fixture.rewrapper.add(patient.patientNo);
    await fixture.until(() => fixture.logged.some((line) => line.includes('not up to date')));
    expect(fixture.version(version.versionNo).wrapSet).toBe(wrapSet);
    expect(fixture.rewraps.count()).toBe(1);
  });

  test('and an acceptance that is not the provider’s word are not believed', async () => {
    const { patient, version, hospital } = await held();
    const { wrapSet } = fixture.version(version.versionNo);
    fixture.provider.behaviour = 'signs-with-another-key';
    fixture.revoke(patient, hospital);
    fixture.rewrapper.add(patient.patientNo);
    await fixture.until(() => fixture.logged.some((line) => line.includes('not up to date')));
    expect(fixture.version(version.versionNo)).toMatchObject({ wrapSet, acceptance: null });
  });
});

describe('the key that opens a patient’s records is replaced', () => {
  /** As the ledger has it from now on. */
  const rotated = async ({ patientId, patientNo }: Patient) => {
    const keys = fixture.core.patients.keys(patientId);
    const former = keys.encryption();
    await keys.stageEncryption();
    await keys.completeEncryption();
    fixture.core.store.deferred(() => fixture.rewraps.request(patientNo));
    return { former, present: keys.encryption() };
  };

  test('what there is is wrapped to the new one, and to the former one no more; it opens here, and so does what follows', async () => {
    const { patient, version, versionId } = await held();
    const { former, present } = await rotated(patient);
    await expect(fixture.open(patient, version)).resolves.toMatchObject({ resourceType: 'Bundle' });
    await fixture.rewrapped(patient);
    const authorities = [fixture.hospital, fixture.insurer].map(({ encryption }) => encryption.kid);
    expect(new Set(fixture.provider.kidsOf(versionId))).toEqual(new Set([present.kid, ...authorities]));
    await fixture.core.patients.keys(patient.patientId).forgetFormerEncryption();
    await expect(fixture.open(patient, version)).resolves.toMatchObject({ resourceType: 'Bundle' });
    fixture.testCore.nowMs += 24 * HOUR_MS;
    const next = await fixture.periodic(patient, fixture.testCore.pair(patient));
    expect(fixture.provider.kidsOf(await fixture.store(next))).not.toContain(former.kid);
    await expect(fixture.open(patient, next)).resolves.toMatchObject({ resourceType: 'Bundle' });
  });

  test('a provider that has not heard of it yet keeps what it has, until it has', async () => {
    const { patient, versionId } = await held();
    const before = fixture.provider.kidsOf(versionId);
    fixture.provider.allowed = new Set(before);
    const { former, present } = await rotated(patient);
    fixture.rewrapper.add(patient.patientNo);
    await fixture.until(() => fixture.rewrapper.health.lastError !== null);
    expect(fixture.provider.kidsOf(versionId)).toEqual(before);
    fixture.provider.allowed = undefined;
    await fixture.until(() => fixture.rewraps.count(patient.patientNo) === 0);
    expect(fixture.provider.kidsOf(versionId)).toContain(present.kid);
    expect(fixture.provider.kidsOf(versionId)).not.toContain(former.kid);
  });

  test('a version that was sealed for the former one, and comes to a provider afterwards, follows', async () => {
    const { patient, device } = await fixture.patient();
    const version = await fixture.periodic(patient, device);
    const { present } = await rotated(patient);
    fixture.rewrapper.add(patient.patientNo);
    const versionId = await fixture.store(version);
    await fixture.rewrapped(patient);
    expect(fixture.provider.kidsOf(versionId)).toEqual([present.kid]);
  });
});
