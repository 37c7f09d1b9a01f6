import { createLogger } from '@careledger/service-kit';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { TestHospital } from '../../testing/test-hospital.js';
import { testPatient } from '../../testing/test-patient.js';
import { MirrorKeeper } from './mirror-keeper.js';

let hospital: TestHospital;
let patient: ReturnType<typeof testPatient>;
let keeper: MirrorKeeper;
beforeEach(async () => {
  hospital = new TestHospital();
  patient = testPatient();
  await hospital.granted(patient.state, patient.grant());
  // Its own rounds find nobody: the test asks.
  hospital.ledgers.authorities.state = 'away';
  keeper = new MirrorKeeper({
    ...{
      authorityId: hospital.authorityId,
      authorities: hospital.channels.authorities,
      store: hospital.store,
    },
    ...{ mirror: hospital.mirror, policy: hospital.policy, registrations: hospital.registrations },
    clock: hospital.clock,
    logger: createLogger('mirror', { level: 'silent' }),
  });
  await keeper.stop();
  hospital.ledgers.authorities.state = 'there';
});
afterEach(() => hospital[Symbol.asyncDispose]());
const heard = () => hospital.mirror.policy(patient.patientId);
const now = () => new Date(hospital.nowMs).toISOString();

test('a mirror that is as the peer has it was heard of now, also when nothing has changed for days', async () => {
  hospital.nowMs += 72 * 3_600_000;
  await keeper.check();
  expect(heard()).toEqual({ version: 1, heardAt: now() });
});

test('a revocation whose event never came is found', async () => {
  hospital.ledgers.authorities.revoke(patient.grant());
  expect(hospital.policy.inForce(patient.patientId)).toHaveLength(1);
  hospital.nowMs += 60_000;
  await keeper.check();
  expect(hospital.policy.inForce(patient.patientId)).toEqual([]);
  expect(heard()).toEqual({ version: 2, heardAt: now() });
});

test('a rotation of the gateway’s key whose event never came is found: the former key brings no emergencies', async () => {
  const { authorities } = hospital.ledgers;
  const gatewayKeys = [{ key: 'K'.repeat(42) + 'A', from: '2026-05-05T11:00:00Z' }];
  authorities.patients.set(patient.patientId, { ...patient.state, gatewayKeys });
  // Rotations write the policy.
  authorities.versions.set(patient.patientId, 2);
  await keeper.check();
  expect((await hospital.registrations.patient(patient.patientId)).gatewayKeys).toEqual(gatewayKeys);
});

test('a mirror that cannot be compared grows old', async () => {
  const before = heard();
  hospital.nowMs += 60_000;
  hospital.ledgers.authorities.state = 'away';
  await expect(keeper.check()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  hospital.ledgers.authorities.state = 'there';
  hospital.ledgers.authorities.patients.clear();
  await keeper.check();
  expect(heard()).toEqual(before);
});

test('what was fetched before a revocation does not undo it', async () => {
  const old = await hospital.policy.fetch(patient.patientId);
  hospital.ledgers.authorities.revoke(patient.grant());
  await hospital.mirrored(patient.patientId);
  await hospital.store.commit(() => hospital.policy.put(patient.patientId, old));
  expect(hospital.policy.inForce(patient.patientId)).toEqual([]);
});
