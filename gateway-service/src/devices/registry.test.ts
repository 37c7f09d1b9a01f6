import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { GATEWAY_ID } from '../../testing/open-core.js';
import { SimulatedDevice } from '../../testing/simulated-device.js';
import { TestCore } from '../../testing/test-core.js';
import { MAX_PAIRING_CODES, PAIRING_CODE_TTL_MS } from './limits.js';

const refused = (code: string) => expect.objectContaining({ name: 'DeviceError', code });

test('a pairing code is good once, for a while, and is not readable in the store', async () => {
  await using t = await TestCore.open();
  const { patientNo } = await t.patient();
  const used = t.core.devices.issuePairingCode({ patientNo }).code;
  t.register(used, new SimulatedDevice());
  expect(() => t.register(used, new SimulatedDevice())).toThrow(refused('PAIRING_CODE_INVALID'));
  expect(() => t.register('aaaaaaaaaaaaaaaa', new SimulatedDevice())).toThrow(
    refused('PAIRING_CODE_INVALID'),
  );
  const { code } = t.core.devices.issuePairingCode({ patientNo });
  t.nowMs += PAIRING_CODE_TTL_MS;
  expect(() => t.register(code, new SimulatedDevice())).toThrow(refused('PAIRING_CODE_INVALID'));
  for (const file of ['gateway.db', 'gateway.db-wal']) {
    expect((await readFile(join(t.folder, file), 'latin1')).includes(code)).toBe(false);
  }
});

test('unused pairing codes are bounded, expired ones make room', async () => {
  await using t = await TestCore.open();
  const { patientNo } = await t.patient();
  for (let n = 0; n < MAX_PAIRING_CODES; n++) t.core.devices.issuePairingCode({ patientNo });
  expect(() => t.core.devices.issuePairingCode({ patientNo })).toThrow(refused('PAIRING_CODES_EXHAUSTED'));
  t.nowMs += PAIRING_CODE_TTL_MS;
  expect(t.core.devices.issuePairingCode({ patientNo }).code).toMatch(/^[a-z2-7]{16}$/);
});

test('registration needs the key that it registers, this gateway, this code, and known codes in the profile', async () => {
  await using t = await TestCore.open();
  const { patientNo } = await t.patient();
  const { code } = t.core.devices.issuePairingCode({ patientNo });
  const device = new SimulatedDevice();
  const good = device.registration(code, GATEWAY_ID, t.nowMs);
  const other = new SimulatedDevice().registration(code, GATEWAY_ID, t.nowMs);
  const forged = [
    { ...good, proof: other.proof },
    { ...good, deviceKey: other.deviceKey },
    { ...good, proof: device.registration('another-code', GATEWAY_ID, t.nowMs).proof },
    device.registration(code, 'gw_other', t.nowMs),
    { ...good, proof: 'a.b.c' },
  ];
  for (const request of forged) {
    expect(() => t.core.devices.register(request)).toThrow(refused('PAIRING_PROOF_INVALID'));
  }
  const profile = { type: 'scale', codes: ['29463-7'] };
  expect(() => t.core.devices.register({ ...good, profile })).toThrow(refused('PROFILE_CODE_UNKNOWN'));
  expect(t.core.devices.register(good)).toMatchObject({ deviceId: device.deviceId, status: 'active' });
});

test('a code for one patient does not take over a device of another, and a revoked key never comes back', async () => {
  await using t = await TestCore.open();
  const [mine, theirs] = [await t.patient(), await t.patient()];
  const device = t.pair(theirs);
  const fresh = t.core.devices.issuePairingCode({ patientNo: mine.patientNo }).code;
  expect(() => t.register(fresh, device)).toThrow(refused('DEVICE_ALREADY_REGISTERED'));
  expect(() =>
    t.core.devices.issuePairingCode({ patientNo: mine.patientNo, deviceId: device.deviceId }),
  ).toThrow(refused('DEVICE_NOT_FOUND'));
  const again = { patientNo: theirs.patientNo, deviceId: device.deviceId };
  const named = t.core.devices.issuePairingCode(again).code;
  expect(() => t.register(named, new SimulatedDevice())).toThrow(refused('PAIRING_OTHER_DEVICE'));
  t.core.devices.revoke(device.deviceId);
  expect(() => t.register(named, device)).toThrow(refused('DEVICE_REVOKED'));
  expect(() => t.core.devices.resume(device.deviceId)).toThrow(refused('DEVICE_REVOKED'));
});

test('devices, their states and their patients are there after a restart', async () => {
  await using t = await TestCore.open();
  const patient = await t.patient();
  const devices = [t.pair(patient), t.pair(patient), t.pair(await t.patient())] as const;
  t.core.devices.suspend(devices[0].deviceId);
  t.core.devices.revoke(devices[1].deviceId);
  const before = t.core.devices.list().map((device) => device.toRow());
  const core = await t.reopen();
  expect(core.devices.list().map((device) => device.toRow())).toEqual(expect.arrayContaining(before));
  expect(
    core.devices
      .ofPatient(patient.patientNo)
      .map(({ status }) => status)
      .sort(),
  ).toEqual(['revoked', 'suspended']);
  expect(() => core.devices.authenticate(devices[0].token(GATEWAY_ID, t.nowMs))).toThrow(
    refused('DEVICE_SUSPENDED'),
  );
  expect(core.devices.authenticate(devices[2].token(GATEWAY_ID, t.nowMs)).deviceId).toBe(devices[2].deviceId);
});
