import type { Observation } from '@careledger/fhir';
import { curveIn } from '@careledger/fhir/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Asker, COPY_UNIT, type Bundle } from '../fhir/answers/asker.js';
import { call } from '../fixtures/services/api-client.js';
import {
  GatewayFixture,
  PASSPHRASE,
  glucose,
  type GatewayPatient,
} from '../fixtures/services/gateway-fixture.js';
import { until } from '../fixtures/services/until.js';
import { HOUR_MS, MINUTE_MS, START_MS, listed, openAtHospital } from './gateway/subscribed-patient.js';

const TIMEOUT_MS = 180_000;
const HOSPITAL = 'aut_hospital';
const TERMS = { permissions: ['read'], purposes: ['TREAT'] };
/** Minutes with their values: one is missing, and one comes between. */
const MEASURED = [
  [0, 100.5],
  [5, 112],
  [10, 131.25],
  [20, 160],
  [23, 171.5],
  [25, 168],
] as const;

let fixture: GatewayFixture;
beforeAll(async () => {
  fixture = await GatewayFixture.start({ units: [COPY_UNIT] });
}, 120_000);
afterAll(() => fixture[Symbol.asyncDispose](), 60_000);

/** What the hospital asks for, with a copy at its unit, and the patient allows. @returns id of the grant */
async function allowed(patient: GatewayPatient, more: object): Promise<string> {
  const asked = await call(fixture.layers.authority(), 'ops', 'POST /v1/subscriptions', {
    ...{ ...TERMS, patientId: patient.patientId, ...more },
    copy: { purpose: 'TREAT', unit: COPY_UNIT },
  });
  expect(asked.status).toBe(201);
  const path = `/subscriptions/${String(asked.body['subscriptionId'])}/approve`;
  const { statementId } = await fixture.own(patient, 'POST', path, { passphrase: PASSPHRASE });
  return String(statementId);
}

const revoke = (patient: GatewayPatient, grantId: string) =>
  fixture.own(patient, 'POST', `/grants/${grantId}/revoke`, { passphrase: PASSPHRASE });

/** A grant of single values of a time that has passed, which ends at once: the record of them stays. */
async function madeOnce(patient: GatewayPatient): Promise<string> {
  const period = {
    start: new Date(START_MS - HOUR_MS).toISOString(),
    end: new Date(START_MS + 2 * HOUR_MS).toISOString(),
  };
  const { statementId } = await fixture.own(patient, 'POST', '/grants', {
    ...{ grant: { authorityId: HOSPITAL, ...TERMS, detail: true, period }, passphrase: PASSPHRASE },
  });
  await fixture.own(patient, 'POST', '/flush');
  const records = await listed(fixture, patient);
  expect(records.map(({ kind }) => kind).sort()).toEqual(['detail', 'periodic']);
  await revoke(patient, String(statementId));
  return records.find(({ kind }) => kind === 'detail')?.recordId ?? '';
}

/** What a search of the hospital's copy finds. */
async function found(asker: Asker): Promise<Observation[]> {
  const { resource } = await asker.fetch(`/Observation?patient=${asker.reference}&_count=100`);
  const { entry = [] } = resource as Bundle;
  return entry.map((each) => each.resource as unknown as Observation);
}

const isDetail = ({ component = [] }: Observation) => component.some((each) => 'valueSampledData' in each);

/** The records that a span opens. */
async function span(patient: GatewayPatient, query = ''): Promise<Record<string, unknown>[]> {
  const path = `GET /v1/patients/${patient.patientId}/records?purpose=TREAT${query}`;
  const answer = await call(fixture.layers.authority(), 'practitioner', path);
  expect(answer.status).toBe(200);
  return answer.body['records'] as Record<string, unknown>[];
}

test(
  'single measured values draw the curve under a grant that includes them; without it they are denied and not found, and a revocation ends it',
  async () => {
    const patient = await fixture.patient();
    await using device = await fixture.device(patient);
    const asker = new Asker(fixture, patient);
    for (const [minute, value] of MEASURED)
      await device.send([glucose(START_MS + minute * MINUTE_MS, value)]);
    await fixture.own(patient, 'POST', '/flush');
    expect((await listed(fixture, patient)).map(({ kind }) => kind)).toEqual(['periodic']);
    const recordId = await madeOnce(patient);
    expect(await fixture.ok('GET', '/v1/statistics')).toMatchObject({
      ...{ records: { periodic: 1, emergency: 0, detail: 1 }, announced: { records: 2 } },
    });

    // Without: of every record, and with a copy.
    await allowed(patient, {});
    const plain = await until(
      () => found(asker),
      (all) => all.length > 0,
    );
    expect(plain.some(isDetail)).toBe(false);
    const denied = await openAtHospital(fixture, patient, recordId);
    expect(denied).toMatchObject({ status: 403, body: { reason: 'DETAIL_NOT_GRANTED' } });
    expect(await span(patient)).toMatchObject([{ kind: 'periodic', problem: null }]);
    expect(await span(patient, '&detail=true')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          ...{ recordId, kind: 'detail', content: null },
          problem: expect.objectContaining({ reason: 'DETAIL_NOT_GRANTED' }),
        }),
      ]),
    );

    // With it: the curve of the readings, to the letter.
    const grantId = await allowed(patient, { detail: true });
    const detailed = await until(
      () => found(asker),
      (all) => all.some(isDetail),
    );
    const [observation, ...others] = detailed.filter(isDetail);
    if (observation === undefined) throw new RangeError('There is none');
    expect(others).toEqual([]);
    const { readings } = await fixture.own(
      patient,
      'GET',
      `/readings?from=${new Date(START_MS).toISOString()}`,
    );
    const raw = (readings as { t: string; value: number }[]).map(({ t, value }) => [
      Date.parse(t),
      String(value),
    ]);
    expect(raw).toHaveLength(MEASURED.length);
    expect(curveIn(observation)).toEqual(raw.toSorted(([a], [b]) => Number(a) - Number(b)));
    expect(observation.component).toContainEqual(
      expect.objectContaining({
        valueSampledData: expect.objectContaining({ origin: expect.objectContaining({ code: 'mg/dL' }) }),
      }),
    );
    expect(await openAtHospital(fixture, patient, recordId)).toMatchObject({ status: 200 });
    const { body } = await call(
      fixture.layers.authority(),
      'practitioner',
      `GET /v1/patients/${patient.patientId}/grants`,
    );
    expect(body['grants']).toContainEqual(expect.objectContaining({ grantId, detail: true }));
    const place = `/Observation/${observation.id}`;
    expect((await asker.fetch(place)).status).toBe(200);

    await revoke(patient, grantId);
    await until(
      () => found(asker),
      (all) => !all.some(isDetail),
    );
    expect(await openAtHospital(fixture, patient, recordId)).toMatchObject({
      ...{ status: 403, body: { reason: 'DETAIL_NOT_GRANTED' } },
    });
    expect((await asker.fetch(place)).status).toBe(403);
    // The aggregates stay.
    expect((await found(asker)).length).toBe(plain.length);
  },
  TIMEOUT_MS,
);
