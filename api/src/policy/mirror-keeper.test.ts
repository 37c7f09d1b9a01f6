import { createLogger } from '@careledger/service-kit';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { TestHouse } from '../../testing/test-house.js';
import { testPatient } from '../../testing/test-patient.js';
import { MirrorKeeper } from './mirror-keeper.js';

let house: TestHouse;
let patient: ReturnType<typeof testPatient>;
let keeper: MirrorKeeper;
beforeEach(async () => {
  house = new TestHouse();
  patient = testPatient();
  await house.granted(patient.state, patient.grant());
  // Its own rounds find nobody: the test asks.
  house.ledgers.authorities.state = 'away';
  keeper = new MirrorKeeper({
    ...{ authorityId: house.authorityId, authorities: house.channels.authorities, store: house.store },
    ...{ mirror: house.mirror, policy: house.policy, registrations: house.registrations },
    clock: house.clock,
    logger: createLogger('mirror', { level: 'silent' }),
  });
  await keeper.stop();
  house.ledgers.authorities.state = 'there';
});
afterEach(() => house[Symbol.asyncDispose]());
const heard = () => house.mirror.policy(patient.patientId);
const now = () => new Date(house.nowMs).toISOString();

test('a mirror that is as the peer has it was heard of now, also when nothing has changed for days', async () => {
  house.nowMs += 72 * 3_600_000;
  await keeper.check();
  expect(heard()).toEqual({ version: 1, heardAt: now() });
});

test('a revocation whose event never came is found', async () => {
  house.ledgers.authorities.revoke(patient.grant());
  expect(house.policy.inForce(patient.patientId)).toHaveLength(1);
  house.nowMs += 60_000;
  await keeper.check();
  expect(house.policy.inForce(patient.patientId)).toEqual([]);
  expect(heard()).toEqual({ version: 2, heardAt: now() });
});

test('a rotation of the gateway’s key whose event never came is found: the former key brings no emergencies', async () => {
  const { authorities } = house.ledgers;
  const gatewayKeys = [{ key: 'K'.repeat(42) + 'A', from: '2026-05-05T11:00:00Z' }];
  authorities.patients.set(patient.patientId, { ...patient.state, gatewayKeys });
  // Rotations write the policy.
  authorities.versions.set(patient.patientId, 2);
  await keeper.check();
  expect((await house.registrations.patient(patient.patientId)).gatewayKeys).toEqual(gatewayKeys);
});

test('a mirror that cannot be compared grows old', async () => {
  const before = heard();
  house.nowMs += 60_000;
  house.ledgers.authorities.state = 'away';
  await expect(keeper.check()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  house.ledgers.authorities.state = 'there';
  house.ledgers.authorities.patients.clear();
  await keeper.check();
  expect(heard()).toEqual(before);
});

test('what was fetched before a revocation does not undo it', async () => {
  const old = await house.policy.fetch(patient.patientId);
  house.ledgers.authorities.revoke(patient.grant());
  await house.mirrored(patient.patientId);
  await house.store.commit(() => house.policy.put(patient.patientId, old));
  expect(house.policy.inForce(patient.patientId)).toEqual([]);
});
