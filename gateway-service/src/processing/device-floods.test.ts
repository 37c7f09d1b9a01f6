import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { TestCore } from '../../testing/test-core.js';
import { AlarmStore } from '../alarms/alarm-store.js';
import { GATEWAY_MIGRATIONS } from '../migrations.js';
import { DeviceFloods, type FloodingDevice } from './device-floods.js';
import { Allowances, ProcessingStore } from './index.js';

let t: TestCore;
let store: ProcessingStore;
let alarms: AlarmStore;
let floods: DeviceFloods;
let flooding: FloodingDevice;
beforeEach(async () => {
  t = await TestCore.open({ migrations: GATEWAY_MIGRATIONS });
  const { database } = t.core.store;
  store = new ProcessingStore(database);
  alarms = new AlarmStore(database);
  const allowances = new Allowances(database, { emergency: 1, periodic: 1 });
  floods = new DeviceFloods({ store, alarms, allowances, readers: { areSame: () => true } });
  const { patientId, patientNo } = await t.patient();
  flooding = { patientId, patientNo, deviceId: 'dev_a' };
});
afterEach(() => t[Symbol.asyncDispose]());

const raise = () => floods.raise(flooding, t.nowMs);

test('it calls, as every alarm does, so that the patient can acknowledge it', () => {
  t.core.store.deferred(raise);
  const [{ episodeId } = { episodeId: '' }] = store.openEpisodes('device-flood');
  expect(alarms.call(episodeId)).toMatchObject({ patientNo: flooding.patientNo, call: 1 });
});

test('a transaction that fails raises and ends nothing: the next one does', () => {
  const failing = (act: () => void) =>
    t.core.store.deferred(() => {
      act();
      throw new Error('disk full');
    });
  expect(() => failing(raise)).toThrow('disk full');
  t.core.store.deferred(raise);
  expect(store.openEpisodes('device-flood')).toHaveLength(1);
  const end = () => floods.endQuiet(t.nowMs);
  expect(() => failing(end)).toThrow('disk full');
  expect(store.openEpisodes('device-flood')).toHaveLength(1);
  t.core.store.deferred(end);
  expect(store.openEpisodes('device-flood')).toEqual([]);
});
