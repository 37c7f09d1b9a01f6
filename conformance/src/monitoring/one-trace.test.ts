import { randomBytes } from 'node:crypto';
import { deviceToken, pairDevice } from '@careledger/examples/device';
import { sha256 } from '@careledger/crypto';
import { timestampOf } from '@careledger/domain';
import { frameOrigin, makeFrame } from '@careledger/private-chain';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { call } from '../fixtures/services/api-client.js';
import {
  GATEWAY_ID,
  GatewayFixture,
  PASSPHRASE,
  glucose,
  type GatewayPatient,
} from '../fixtures/services/gateway-fixture.js';
import { OtlpReceiver, type ReceivedSpan } from '@careledger/service-kit/otlp-receiver';

const ENDPOINT_VARIABLE = 'OTEL_EXPORTER_OTLP_ENDPOINT';
const TIMEOUT_MS = 120_000;
/** LOINC: glucose in blood. */
const GLUCOSE = '2339-0';
/** mg/dL: an emergency. */
const VERY_LOW = 41;

const STORE = 'PUT /v1/records/:recordId/versions/:version';
/** From the frame to the authority's api, each with the process that does it, in the order in which they begin. */
const STRAIGHT = [
  [GATEWAY_ID, 'receive frame'],
  [GATEWAY_ID, 'record due'],
  [GATEWAY_ID, 'make record'],
  [GATEWAY_ID, 'send notice'],
  [GATEWAY_ID, 'POST'],
  ['aut_hospital', 'POST /v1/emergency-notices'],
] as const;
/** By the ledgers. */
const BY_LEDGER = [
  [GATEWAY_ID, 'make record'],
  [GATEWAY_ID, 'store record'],
  [GATEWAY_ID, 'PUT'],
  ['prv_cloud-a', STORE],
  [GATEWAY_ID, 'announce record'],
] as const;

/** Everything that a span may say, written down once more on purpose. */
const ATTRIBUTES = new Set([
  ...['http.request.method', 'http.route', 'http.response.status_code', 'server.address', 'server.port'],
  ...[
    'error.type',
    'careledger.record.kind',
    'careledger.frame.status',
    'careledger.frame.urgent',
    'careledger.hello',
  ],
  ...['careledger.authority', 'careledger.provider'],
]);

let receiver: OtlpReceiver;
let fixture: GatewayFixture;
const patients: GatewayPatient[] = [];
beforeAll(async () => {
  receiver = await OtlpReceiver.start();
  process.env[ENDPOINT_VARIABLE] = receiver.endpoint;
  fixture = await GatewayFixture.start();
}, TIMEOUT_MS);
afterAll(async () => {
  Reflect.deleteProperty(process.env, ENDPOINT_VARIABLE);
  await fixture[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
}, TIMEOUT_MS);

/** A patient of whose emergencies the hospital wants to be told, and may be. */
async function subscribed(): Promise<GatewayPatient> {
  const patient = await fixture.patient();
  patients.push(patient);
  await fixture.own(patient, 'POST', '/flush');
  const asked = await call(fixture.layers.authority(), 'practitioner', 'POST /v1/subscriptions', {
    patientId: patient.patientId,
    permissions: ['read'],
    purposes: ['TREAT'],
  });
  const approve = `/subscriptions/${String(asked.body['subscriptionId'])}/approve`;
  await fixture.own(patient, 'POST', approve, { passphrase: PASSPHRASE });
  return patient;
}

type Step = readonly [service: string, name: string];

/** The spans of a trace that steps name, none of which failed, once all are there. */
async function spansOf(traceId: string, steps: readonly Step[]): Promise<ReceivedSpan[]> {
  const found: ReceivedSpan[] = [];
  for (const [service, name] of steps)
    found.push(
      await receiver.next(
        (span) => span.traceId === traceId && span.service === service && span.name === name && !span.isError,
      ),
    );
  return found;
}

/** Sorted by when they began. */
const inOrder = (spans: readonly ReceivedSpan[]): Step[] =>
  spans
    .toSorted((a, b) => (a.startNs < b.startNs ? -1 : 1))
    .map(({ service, name }) => [service, name] as const);

/** The trace of the emergency that `raise` brings about. */
async function traceOf(raise: () => Promise<unknown>): Promise<string> {
  const known = new Set(receiver.spans.map(({ traceId }) => traceId));
  await raise();
  const due = await receiver.next(
    ({ name, traceId, attributes }) =>
      name === 'record due' && attributes['careledger.record.kind'] === 'emergency' && !known.has(traceId),
  );
  return due.traceId;
}

describe('an emergency is one trace over gateway, provider and authority', () => {
  test(
    'from a frame over MQTT',
    async () => {
      await using device = await fixture.device(await subscribed());
      const traceId = await traceOf(() => device.send([glucose(Date.now(), VERY_LOW)]));
      expect(inOrder(await spansOf(traceId, STRAIGHT))).toEqual(STRAIGHT);
      expect(inOrder(await spansOf(traceId, BY_LEDGER))).toEqual(BY_LEDGER);
      const [frame] = await spansOf(traceId, STRAIGHT);
      expect([frame?.parentSpanId, frame?.attributes['careledger.frame.status']]).toEqual([
        undefined,
        'stored',
      ]);
      const services = receiver.spans
        .filter((span) => span.traceId === traceId)
        .map(({ service }) => service);
      expect(new Set(services)).toEqual(new Set([GATEWAY_ID, 'aut_hospital', 'prv_cloud-a']));
    },
    TIMEOUT_MS,
  );

  test(
    'that a device has begun which sends over HTTP',
    async () => {
      const patient = await subscribed();
      const { pairingCode } = await fixture.own(patient, 'POST', '/pairing-codes');
      const device = await pairDevice({
        gatewayUrl: fixture.gateway.url,
        gatewayId: GATEWAY_ID,
        pairingCode: String(pairingCode),
        type: 'continuous-glucose-monitor',
        codes: [GLUCOSE],
      });
      const traceId = randomBytes(16).toString('hex');
      const spanId = randomBytes(8).toString('hex');
      const { deviceId, epoch } = device.registration;
      const sent = await fetch(new URL('/v1/frames', fixture.gateway.url), {
        method: 'POST',
        headers: {
          authorization: `Bearer ${deviceToken(device)}`,
          'content-type': 'application/jose',
          traceparent: `00-${traceId}-${spanId}-01`,
          baggage: `patient=${patient.patientId}`,
        },
        body: makeFrame(
          {
            ...{ v: 1, epoch, seq: 0, prev: frameOrigin(deviceId, epoch, sha256) },
            ...{ sent: timestampOf(Date.now()), readings: [glucose(Date.now(), VERY_LOW)] },
          },
          device.signer,
        ),
      });
      expect(sent.status).toBe(200);
      const steps = [[GATEWAY_ID, 'POST /v1/frames'], ...STRAIGHT] as const;
      const spans = await spansOf(traceId, steps);
      expect(inOrder(spans)).toEqual(steps);
      expect(spans[0]?.parentSpanId).toBe(spanId);
      await spansOf(traceId, BY_LEDGER);
    },
    TIMEOUT_MS,
  );

  test(
    'that goes on where it was after the gateway was killed, with nobody else there',
    async () => {
      const { processes } = fixture.layers;
      await using device = await fixture.device(await subscribed());
      const others = ['hospital', 'cloud-a', 'cloud-b'];
      for (const name of others) await processes.child(name).kill();
      const traceId = await traceOf(() => device.send([glucose(Date.now(), VERY_LOW)]));
      for (const stage of ['send notice', 'store record'])
        await receiver.next(({ name, traceId: of, isError }) => of === traceId && name === stage && isError);
      await processes.child('gateway').kill();
      const killedNs = BigInt(Date.now()) * 1_000_000n;
      for (const name of [...others, 'gateway']) await processes.child(name).start();
      // Whichever provider is found back first.
      const holder = await receiver.next(
        ({ traceId: of, name, service }) => of === traceId && name === STORE && service.startsWith('prv_'),
      );
      const storing = BY_LEDGER.slice(1).map(([service, name]) =>
        name === STORE ? ([holder.service, name] as const) : ([service, name] as const),
      );
      const stored = await spansOf(traceId, storing);
      const noticed = await spansOf(traceId, STRAIGHT.slice(3));
      expect(inOrder(stored)).toEqual(storing);
      expect(inOrder(noticed)).toEqual(STRAIGHT.slice(3));
      expect([...stored, ...noticed].filter(({ startNs }) => startNs < killedNs)).toEqual([]);
    },
    TIMEOUT_MS,
  );
});

test(
  'what a practitioner writes goes on in its trace after the authority was killed, with no provider there',
  async () => {
    const { processes } = fixture.layers;
    const { patientId } = await subscribed();
    const providers = ['cloud-a', 'cloud-b'];
    for (const name of providers) await processes.child(name).kill();
    const hospital = fixture.layers.authority();
    const traceId = randomBytes(16).toString('hex');
    const sent = await fetch(new URL('/v1/visits', hospital.url), {
      method: 'POST',
      headers: {
        authorization: `Bearer ${hospital.tokens.practitioner}`,
        'content-type': 'application/json',
        traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01`,
      },
      body: JSON.stringify({ patientId, at: timestampOf(Date.now() - 60_000), data: { reason: 'check-up' } }),
    });
    expect(sent.status).toBe(202);
    const carriedOn = ({ name, service, traceId: of }: ReceivedSpan): boolean =>
      of === traceId && service === 'aut_hospital' && name === 'carry on visit';
    await receiver.next((span) => carriedOn(span) && span.isError);
    await processes.child('hospital').kill();
    const killedNs = BigInt(Date.now()) * 1_000_000n;
    for (const name of [...providers, 'hospital']) await processes.child(name).start();
    await receiver.next((span) => carriedOn(span) && !span.isError && span.startNs > killedNs);
    await receiver.next(
      ({ name, service, traceId: of }) =>
        of === traceId && name === 'POST /v1/visits' && service.startsWith('prv_'),
    );
  },
  TIMEOUT_MS,
);

test('says nothing of patients, devices, records or readings', () => {
  const { spans, bodies } = receiver;
  expect(spans.length).toBeGreaterThan(30);
  const keys = new Set(spans.flatMap(({ attributes }) => Object.keys(attributes)));
  expect([...keys].filter((key) => !ATTRIBUTES.has(key))).toEqual([]);
  const values = spans.flatMap(({ attributes }) => Object.values(attributes));
  expect(values.filter((value) => String(value) === String(VERY_LOW))).toEqual([]);
  const secrets = [PASSPHRASE, fixture.gateway.tokens.ops, ...patients.flatMap(({ token }) => token)];
  const text = bodies.join('\n');
  for (const word of ['pat_', 'dev_', 'rec_', GLUCOSE, 'glucose', 'mg/dL', ...secrets])
    expect([word, text.includes(word)]).toEqual([word, false]);
});
