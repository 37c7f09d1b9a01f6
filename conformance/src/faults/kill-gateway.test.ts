import { setTimeout as sleep } from 'node:timers/promises';
import type { DeviceSession, MeasuredReading } from '@careledger/examples/device';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { aggregatesOf } from '../cases/emitted.js';
import { LivePatient } from '../cases/live-patient.js';
import { call } from '../fixtures/services/api-client.js';
import { GatewayFixture, PASSPHRASE } from '../fixtures/services/gateway-fixture.js';
import { NoticeClient } from '../fixtures/services/notices.js';

const TIMEOUT_MS = 300_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const HOURS = 6;
/** All of it is over when the first of it is sent, so that it means the same whenever it comes. */
const START_MS = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - (HOURS + 1) * HOUR_MS;
/** While frames are on their way, and while what came of them is. */
const KILLS = { ofStream: 9, ofDelivery: 5 };
/** Longest time between two kills, of which a part is the start. */
const BETWEEN_KILLS_MS = 900;
const FLUSH_MS = 20_000;

let fixture: GatewayFixture;
beforeAll(async () => {
  fixture = await GatewayFixture.start();
}, 120_000);
afterAll(() => fixture[Symbol.asyncDispose](), 60_000);

const at = (minute: number, code: string, unit: string, value: number): MeasuredReading => ({
  t: new Date(START_MS + minute * MINUTE_MS).toISOString(),
  ...{ code, unit, value },
});

/** A sensor that goes low twice, LO once, and high for half an hour. */
const GLUCOSE = Array.from({ length: HOURS * 12 }, (_, n): MeasuredReading => {
  const reading = (value: number) => at(n * 5, '99504-3', 'mg/dL', value);
  if (n >= 10 && n < 13) return reading(66 - 8 * (n - 10) + (n === 12 ? -3 : 0));
  if (n === 30) return { ...reading(40), comparator: '<' };
  if (n >= 40 && n < 46) return reading(265);
  if (n >= 60 && n < 63) return reading(48);
  return reading(100 + (n % 7));
});

/** A bedside monitor of which NEWS2 is medium, then high, then well again; a breath that stops; and a high pressure. */
const VITALS = Array.from({ length: 90 }, (_, n): MeasuredReading[] => {
  const isBad = n >= 10 && n < 30;
  const isApnoea = n === 60 || n === 61;
  return [
    at(n, '9279-1', '/min', isApnoea ? 0 : isBad ? 25 : 15),
    at(n, '59408-5', '%', isBad && n >= 15 ? 91 : 98),
    at(n, '8867-4', '/min', isBad && n >= 20 ? 115 : 75),
    at(n, '8480-6', 'mm[Hg]', n >= 75 && n < 80 ? 190 : 125),
    at(n, '8462-4', 'mm[Hg]', 80),
  ];
});

/** A patient to whom the hospital is subscribed, with two devices. */
class Bed implements AsyncDisposable {
  private constructor(
    readonly person: LivePatient,
    readonly sensor: DeviceSession,
    readonly monitor: DeviceSession,
  ) {}

  static async open(): Promise<Bed> {
    const person = await LivePatient.enrol(fixture);
    const { patientId } = person.patient;
    await fixture.own(person.patient, 'POST', '/flush');
    const hospital = fixture.layers.authority();
    const terms = { patientId, permissions: ['read'], purposes: ['TREAT'] };
    const { body } = await call(hospital, 'practitioner', 'POST /v1/subscriptions', terms);
    const path = `/subscriptions/${String(body['subscriptionId'])}/approve`;
    await fixture.own(person.patient, 'POST', path, { passphrase: PASSPHRASE });
    const sensor = await person.device({ type: 'continuous-glucose-monitor', codes: ['99504-3'] });
    const codes = ['9279-1', '59408-5', '8867-4', '8480-6', '8462-4'];
    return new Bed(person, sensor, await person.device({ type: 'bedside-monitor', codes }));
  }

  /** Sends everything, both devices at once; resolves with what was answered, duplicates aside. */
  async send(pace: () => Promise<void>): Promise<number> {
    const sent = async (device: DeviceSession, frames: readonly MeasuredReading[][]) => {
      const answers = [];
      for (const frame of frames) {
        await pace();
        answers.push((await device.enqueue(frame)).answer);
      }
      return Promise.all(answers);
    };
    const answers = await Promise.all([
      sent(
        this.sensor,
        GLUCOSE.map((reading) => [reading]),
      ),
      sent(this.monitor, VITALS),
    ]);
    expect(answers.flat().filter(({ status }) => status === 'rejected')).toEqual([]);
    return answers.flat().length;
  }

  /** Until everything is on both ledgers, however often the gateway goes meanwhile. */
  async drained(): Promise<void> {
    for (const deadline = AbortSignal.timeout(TIMEOUT_MS / 3); ; deadline.throwIfAborted()) {
      const path = `/v1/patients/${this.person.patient.patientId}/flush?timeoutMs=${FLUSH_MS}`;
      const answer = await fixture
        .call('POST', path, undefined, this.person.patient.token)
        .catch(() => undefined);
      if (answer?.body['isDrained'] === true) return;
      // A gateway that is down refuses at once, and tells nobody when it is back.
      await sleep(100);
    }
  }

  /** What the gateway has and the hospital was told, without what names this patient. */
  async outcome() {
    const { person } = this;
    const readings = await person.readings();
    const records = await person.records();
    const numbers = Map.groupBy(records, ({ recordId }) => recordId);
    // No version is missing, none is there twice.
    for (const versions of numbers.values())
      expect(versions.map(({ version }) => version).sort()).toEqual(versions.map((_, n) => n + 1).sort());
    expect(records.filter(({ stage }) => stage !== 'announced')).toEqual([]);
    // What two devices send at once comes in any order.
    const sorted = (facts: readonly unknown[]) => facts.map((fact) => JSON.stringify(fact)).sort();
    return {
      readings: sorted(
        readings.map(({ t, code, value, comparator, flags }) => ({ t, code, value, comparator, flags })),
      ),
      alarms: sorted(await person.alarms()),
      aggregates: sorted((await person.contents('periodic')).flatMap(aggregatesOf)),
      emergencies: records.filter(({ kind, version }) => kind === 'emergency' && version === 1).length,
      told: await this.#told(records),
    };
  }

  /** How many emergencies the hospital was told of straight; each version once. */
  async #told(records: readonly { recordId: string; version: number; kind: string }[]): Promise<number> {
    await using notices = await NoticeClient.connect(fixture.layers.authority(), { after: 0 });
    const { patientId } = this.person.patient;
    const announced = new Set(records.map(({ recordId, version }) => `${recordId} ${version}`));
    const nameOf = ({ recordId, version }: Record<string, unknown>) =>
      `${String(recordId)} ${String(version)}`;
    const ofPatient = (type: string) =>
      notices.received
        .filter((notice) => notice.type === type && notice.data['patientId'] === patientId)
        .map(({ data }) => nameOf(data));
    await notices.next(() => new Set(ofPatient('record')).size === announced.size);
    for (const type of ['record', 'emergency']) {
      const names = ofPatient(type);
      expect(names).toHaveLength(new Set(names).size);
      for (const name of names) expect(announced).toContain(name);
    }
    return new Set(ofPatient('emergency').map((name) => name.split(' ')[0])).size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.person[Symbol.asyncDispose]();
  }
}

async function killed(): Promise<void> {
  const gateway = fixture.layers.processes.child('gateway');
  await gateway.kill();
  await gateway.start();
}

test(
  'a gateway killed at any point gives the alarms, records and notices of one that is left alone',
  async () => {
    await using calm = await Bed.open();
    await calm.send(() => Promise.resolve());
    await calm.drained();
    const expected = await calm.outcome();
    expect(expected).toMatchObject({ emergencies: 7, told: 7 });

    await using bed = await Bed.open();
    const frames = GLUCOSE.length + VITALS.length;
    const points: number[] = [];
    let given = 0;
    let wake = Promise.withResolvers<void>();
    const pace = async (): Promise<void> => {
      while (given <= 0) await wake.promise;
      given -= 1;
    };
    const give = (count: number): void => {
      given += count;
      wake.resolve();
      wake = Promise.withResolvers<void>();
    };
    const sending = bed.send(pace);
    // Any point may be the one that loses something: chance picks it, nothing is waited for.
    const moment = async (): Promise<void> => {
      const ms = Math.random() * BETWEEN_KILLS_MS;
      points.push(Math.round(ms));
      await sleep(ms);
    };
    for (let kills = 0; kills < KILLS.ofStream; kills++) {
      give(Math.ceil(frames / KILLS.ofStream));
      await moment();
      await killed();
    }
    give(frames);
    expect(await sending).toBe(frames);
    const draining = bed.drained();
    for (let kills = 0; kills < KILLS.ofDelivery; kills++) {
      await moment();
      await killed();
    }
    await draining;
    // With the moments of the kills, so that a failure says when it happened.
    expect({ ...(await bed.outcome()), points }).toEqual({ ...expected, points });
    expect(await fixture.own(bed.person.patient, 'GET', '/chain/verify')).toMatchObject({
      report: { ok: true, frames, gaps: 0, missing: 0 },
    });
  },
  TIMEOUT_MS,
);
