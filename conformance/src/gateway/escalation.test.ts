import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { call } from '../fixtures/services/api-client.js';
import {
  GatewayFixture,
  PASSPHRASE,
  glucose,
  type GatewayPatient,
} from '../fixtures/services/gateway-fixture.js';
import { NoticeClient } from '../fixtures/services/notices.js';

const ACKNOWLEDGE_WITHIN_MS = 10_000;
const DELIVER_WITHIN_MS = 3_000;
const VERY_LOW = 45;
const POLL_MS = 200;
const WAIT_MAX_MS = 60_000;

let fixture: GatewayFixture;
beforeAll(async () => {
  fixture = await GatewayFixture.start({
    authorities: ['hospital', 'lab'],
    gateway: { acknowledgeWithinMs: ACKNOWLEDGE_WITHIN_MS, deliverWithinMs: DELIVER_WITHIN_MS },
  });
}, 180_000);
afterAll(() => fixture[Symbol.asyncDispose](), 60_000);

interface Alarms {
  readonly alarms: readonly {
    readonly alarmId: string;
    readonly priority: string;
    readonly isAcknowledged: boolean;
    readonly acknowledgements: readonly { readonly by: string; readonly practitionerId?: string }[];
    readonly recipients: readonly { readonly authorityId: string; readonly status: string }[];
  }[];
  readonly delivery: readonly {
    readonly cause: string;
    readonly authorityId?: string;
    readonly endedAt?: string;
  }[];
}

const child = (name: string) => fixture.layers.processes.child(name);
const alarmsOf = async (patient: GatewayPatient) =>
  (await fixture.own(patient, 'GET', '/alarms')) as unknown as Alarms;

/** What the gateway says of a patient's alarms, once it says so. */
async function eventually(patient: GatewayPatient, holds: (alarms: Alarms) => boolean): Promise<Alarms> {
  const deadlineMs = Date.now() + WAIT_MAX_MS;
  for (;;) {
    const alarms = await alarmsOf(patient);
    if (holds(alarms)) return alarms;
    if (Date.now() > deadlineMs) throw new Error(`It does not come true: ${JSON.stringify(alarms)}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** A patient whose hospital is told first, and whose laboratory next. */
async function patientOfTwo(): Promise<GatewayPatient> {
  const patient = await fixture.patient();
  for (const [authorityId, noticeRank] of [
    ['aut_hospital', 1],
    ['aut_lab', 2],
  ] as const) {
    const grant = { authorityId, permissions: ['read'], purposes: ['TREAT'], noticeRank };
    const made = await fixture.own(patient, 'POST', '/grants', { grant, passphrase: PASSPHRASE });
    expect(made['status']).toBe('done');
  }
  return patient;
}

const follow = (authority: string) => NoticeClient.connect(fixture.layers.authority(authority));
const emergencyOf = (patient: GatewayPatient, client: NoticeClient) =>
  client.next(
    ({ type, data }) => type === 'emergency' && data['patientId'] === patient.patientId,
    WAIT_MAX_MS,
  );

test('with the first api dead the second is told, the patient sees that, and the first is told when it is back', async () => {
  const patient = await patientOfTwo();
  await using device = await fixture.device(patient);
  await using lab = await follow('lab');
  await child('hospital').kill();
  await device.send([glucose(Date.now(), VERY_LOW)]);
  const told = await emergencyOf(patient, lab);
  expect(told.data).toHaveProperty('bundle');
  const { delivery } = await eventually(patient, (seen) => seen.delivery.length > 0);
  expect(delivery).toEqual([
    expect.objectContaining({ cause: 'notice-undelivered', authorityId: 'aut_hospital', priority: 'medium' }),
  ]);
  await child('hospital').start();
  const later = await eventually(patient, (seen) => seen.delivery[0]?.endedAt !== undefined);
  expect(new Set(later.alarms[0]?.recipients.map(({ status }) => status))).toEqual(new Set(['told']));
}, 180_000);

test('acknowledged by the first while the gateway was killed: known afterwards, and the second is not told', async () => {
  const patient = await patientOfTwo();
  const hospital = fixture.layers.authority('hospital');
  const person = await call(hospital, 'ops', 'POST /v1/practitioners', {
    role: 'physician',
    identity: { identifier: 'staff-17' },
  });
  const practitionerId = String(person.body['practitionerId']);
  await using device = await fixture.device(patient);
  await using client = await follow('hospital');
  await using lab = await follow('lab');
  await device.send([glucose(Date.now(), VERY_LOW)]);
  const { data } = await emergencyOf(patient, client);
  await eventually(patient, ({ alarms }) => alarms[0]?.recipients[0]?.status === 'told');
  await child('gateway').kill();
  const path = `/v1/emergency-notices/${String(data['sid'])}/acknowledgement`;
  const acknowledged = await call(hospital, 'practitioner', `POST ${path}`, {
    patientId: patient.patientId,
    practitionerId,
  });
  expect([acknowledged.status, acknowledged.body['practitionerId']]).toEqual([200, practitionerId]);
  expect((await client.next(({ type }) => type === 'acknowledgement')).data).toMatchObject({
    practitionerId,
  });
  await child('gateway').start();
  const { alarms } = await eventually(patient, (seen) => seen.alarms[0]?.isAcknowledged === true);
  expect(alarms[0]).toMatchObject({
    priority: 'high',
    acknowledgements: [{ by: 'aut_hospital', practitionerId, statement: acknowledged.body['statement'] }],
    recipients: [{ authorityId: 'aut_hospital', status: 'acknowledged' }],
  });
  // One that nobody acknowledges is passed on: by then this one would have been, which was called before.
  const other = await patientOfTwo();
  await using sensor = await fixture.device(other);
  await sensor.send([glucose(Date.now(), VERY_LOW)]);
  await emergencyOf(other, lab);
  expect(
    lab.received.filter(
      ({ type, data: told }) => type === 'emergency' && told['patientId'] === patient.patientId,
    ),
  ).toEqual([]);
  const own = await fixture.own(patient, 'POST', `/alarms/${alarms[0]?.alarmId ?? ''}/acknowledge`, {
    passphrase: PASSPHRASE,
  });
  expect(own['acknowledgements']).toEqual([
    expect.objectContaining({ by: 'aut_hospital' }),
    expect.objectContaining({ by: 'patient' }),
  ]);
}, 180_000);
