import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import type { DeviceSession } from '@careledger/examples/device';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { GatewayFixture, PASSPHRASE } from '../fixtures/services/gateway-fixture.js';
import { NoticeClient } from '../fixtures/services/notices.js';
import { LivePatient } from './live-patient.js';

/**
 * Rules that need more than one frame: no frame of theirs is an emergency by itself, and the block that has them is open.
 * From the answer `stored` of the last one to the alarm, at the gateway and at an authority.
 */

const MINUTE_MS = 60_000;
const TIMEOUT_MS = 60_000;
const POLL_MS = 10;
/** Above what any takes on a busy machine; the block would be sealed after a minute. */
const DELAY_MAX_MS = 2_000;

let fixture: GatewayFixture;
beforeAll(async () => {
  fixture = await GatewayFixture.start();
}, 120_000);
afterAll(() => fixture[Symbol.asyncDispose](), 60_000);

const UNITS: Readonly<Record<string, string>> = {
  ...{ '99504-3': 'mg/dL', '9279-1': '/min', '8867-4': '/min', '59408-5': '%', '8310-5': 'Cel' },
  ...{ '8480-6': 'mm[Hg]', '8462-4': 'mm[Hg]' },
};
type Told = readonly [secondsAgo: number, code: string, value: number];
type DeviceName = keyof typeof DEVICES;
const DEVICES = {
  cgm: 'continuous-glucose-monitor',
  monitor: 'bedside-monitor',
  cuff: 'blood-pressure-meter',
  thermometer: 'thermometer',
  oximeter: 'pulse-oximeter',
} as const;

interface Raised {
  readonly rule: string;
  readonly priority: string;
  readonly unconfirmed: boolean;
}

const CASES: readonly (readonly [
  name: string,
  alarm: readonly [rule: string, priority: string],
  ...frames: (readonly [DeviceName, ...Told[]])[],
])[] = [
  [
    'a doubtful very low that a second value confirms',
    ['glucose-very-low', 'high'],
    ['cgm', [300, '99504-3', 110]],
    ['cgm', [60, '99504-3', 52]],
    ['cgm', [0, '99504-3', 66]],
  ],
  [
    'a very high one for 15 min',
    ['glucose-very-high', 'medium'],
    ...[900, 600, 300, 0].map((ago) => ['cgm', [ago, '99504-3', 260]] as const),
  ],
  [
    'a blood pressure measured again after 60 s',
    ['blood-pressure-high', 'medium'],
    ['cuff', [60, '8480-6', 185], [60, '8462-4', 95]],
    ['cuff', [0, '8480-6', 184], [0, '8462-4', 95]],
  ],
  [
    'no breath twice',
    ['check-respiration', 'high'],
    ['monitor', [20, '8867-4', 80]],
    ['monitor', [10, '9279-1', 0]],
    ['monitor', [0, '9279-1', 0]],
  ],
  [
    'NEWS2 of 7, a parameter a frame, of four devices',
    ['news2', 'high'],
    ['thermometer', [50, '8310-5', 39.1]],
    ['oximeter', [40, '59408-5', 93]],
    ['cuff', [30, '8480-6', 105]],
    ['monitor', [20, '9279-1', 21]],
  ],
  [
    'NEWS2 of 5 from a bedside monitor for 60 s, a parameter a frame',
    ['news2', 'medium'],
    ['monitor', [66, '9279-1', 21]],
    ['monitor', [65, '59408-5', 93]],
    ['monitor', [64, '8867-4', 95]],
    ['monitor', [2, '9279-1', 21]],
    ['monitor', [1, '59408-5', 93]],
    ['monitor', [0, '8867-4', 95]],
  ],
  [
    'everything zero for 60 s',
    ['monitor-zeros', 'medium'],
    ['monitor', [90, '59408-5', 97], [90, '9279-1', 14]],
    ['monitor', [60, '59408-5', 0], [60, '9279-1', 0]],
    ['monitor', [0, '59408-5', 0], [0, '9279-1', 0]],
  ],
];

/** The figures that a run had, for whoever reads its output. */
const measured: string[] = [];
afterAll(() => {
  process.stdout.write(`${measured.join('\n')}\n`);
});

test.each(CASES)(
  '%s: %j without delay',
  async (name, [rule, priority], ...frames) => {
    await using person = await LivePatient.enrol(fixture);
    const { patient } = person;
    const grant = { authorityId: 'aut_hospital', permissions: ['read'], purposes: ['TREAT'] };
    await fixture.own(patient, 'POST', '/grants', { grant, passphrase: PASSPHRASE });
    await using notices = await NoticeClient.connect(fixture.layers.authority());
    const sessions = new Map<DeviceName, DeviceSession>();
    for (const device of new Set(frames.map(([each]) => each)))
      sessions.set(device, await person.device({ type: DEVICES[device], codes: Object.keys(UNITS) }));
    const nowMs = Date.now();
    for (const [device, ...told] of frames) {
      const frame = told.map(([secondsAgo, code, value]) => ({
        t: new Date(nowMs - secondsAgo * 1_000).toISOString(),
        ...{ code, value, unit: UNITS[code] ?? '' },
      }));
      expect(await sessions.get(device)?.send(frame)).toMatchObject({ status: 'stored' });
    }
    const storedAtMs = performance.now();
    const isRaised = async (): Promise<boolean> => {
      const { alarms } = (await fixture.own(patient, 'GET', '/alarms')) as unknown as { alarms: Raised[] };
      return alarms.some((alarm) => alarm.rule === rule && alarm.priority === priority);
    };
    while (!(await isRaised())) {
      expect(performance.now() - storedAtMs).toBeLessThan(MINUTE_MS);
      await pause(POLL_MS);
    }
    const raisedMs = performance.now() - storedAtMs;
    const { atMs } = await notices.next(
      ({ type, data }) =>
        type === 'emergency' &&
        data['patientId'] === patient.patientId &&
        JSON.stringify(data).includes(rule),
      MINUTE_MS,
    );
    measured.push(`${name}: alarm ${Math.round(raisedMs)} ms, notice ${Math.round(atMs - storedAtMs)} ms`);
    expect(raisedMs).toBeLessThan(DELAY_MAX_MS);
    expect(atMs - storedAtMs).toBeLessThan(DELAY_MAX_MS);
  },
  TIMEOUT_MS,
);
