import { TestPatient, newSigner, publicKeyOf } from '@careledger/chaincode-runtime/testing';
import { generateEd25519, sha256, signJws, toBase64url } from '@careledger/crypto';
import { readEnvelope, type Proof } from '@careledger/private-chain';
import { PAIRING_PROOF_TYP } from '@careledger/protocol';
import { call } from '../fixtures/services/api-client.js';
import {
  GATEWAY_ID,
  PASSPHRASE,
  glucose,
  type GatewayFixture,
  type GatewayPatient,
} from '../fixtures/services/gateway-fixture.js';
import { appointing } from '../fixtures/signer/appointing.js';
import type { Repeatable, Repeatables } from './repeated.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const HOSPITAL = 'aut_hospital';
const GRANT = { authorityId: HOSPITAL, permissions: ['read'], purposes: ['TREAT'] };
const byPassphrase = { passphrase: PASSPHRASE };
/** The key is refused before anybody looks whether it is right. */
const byAnother = { passphrase: 'some other passphrase' };
const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();

/** The gateway, and a patient with a device, readings, an alarm and grants. */
export interface GatewayWorld {
  readonly fixture: GatewayFixture;
  readonly patient: GatewayPatient;
  readonly deviceId: string;
}

type Asked = Pick<Repeatable, 'path' | 'otherBody'> & Partial<Pick<Repeatable, 'body' | 'count'>>;

const byOps = ({ fixture: { gateway } }: GatewayWorld, asked: Asked): Repeatable => ({
  ...{ service: gateway, token: String(gateway.tokens.ops) },
  ...asked,
});

/** Of the patient's own routes. @param path after the patient's */
const byPatient = (
  { fixture, patient }: GatewayWorld,
  { path, ...asked }: Asked,
  { patientId, token } = patient,
): Repeatable => ({
  ...{ service: fixture.gateway, token, path: `/v1/patients/${patientId}${path}` },
  ...asked,
});

/** How many rows a list of the patient's has, all on one page. */
const countOf =
  ({ fixture, patient }: GatewayWorld, list: string, name = list) =>
  async () =>
    ((await fixture.own(patient, 'GET', `/${list}?limit=100`))[name] as unknown[]).length;

const grant = async ({ fixture, patient }: GatewayWorld): Promise<string> =>
  String(
    (await fixture.own(patient, 'POST', '/grants', { grant: GRANT, passphrase: PASSPHRASE }))['statementId'],
  );

/** A registrar says that another key is the patient's. */
const openedRecovery = async ({ fixture, patient: { patientId } }: GatewayWorld): Promise<string> => {
  const { networkId } = fixture.layers.network;
  const next = newSigner();
  const owner = Object.assign(new TestPatient(networkId, Math.floor(Date.now() / 1_000)), { id: patientId });
  const offer = { patientId, newKey: publicKeyOf(next), newKeyProof: owner.proofOf(next) };
  const body = { ...offer, reason: 'lost' };
  const opened = await call(fixture.layers.authority(), 'ops', 'POST /v1/recoveries', body);
  return String(opened.body['recoveryId']);
};

const subscription = async ({ fixture, patient }: GatewayWorld): Promise<string> => {
  const asked = { patientId: patient.patientId, permissions: ['read'], purposes: ['TREAT'], reason: 'Ward' };
  const { body } = await call(fixture.layers.authority(), 'practitioner', 'POST /v1/subscriptions', asked);
  return String(body['subscriptionId']);
};

/** The transaction that anchors the first frame. */
export async function anchorTxId({ fixture, patient, deviceId }: GatewayWorld): Promise<string> {
  const proof = await fixture.own(patient, 'GET', `/proofs?deviceId=${deviceId}&seq=1`);
  return readEnvelope((proof as unknown as Proof).transaction.envelope, sha256).txId;
}

/** What a device sends that pairs. */
function registration(pairingCode: string, type: string): object {
  const { signer } = generateEd25519();
  const deviceKey = toBase64url(signer.publicKey);
  const payload = { aud: GATEWAY_ID, pairingCode, deviceKey, iat: Math.floor(Date.now() / 1000) };
  const proof = signJws({ typ: PAIRING_PROOF_TYP, payload }, signer);
  return { pairingCode, deviceKey, proof, profile: { type, codes: ['99504-3'] } };
}

const newKey = (): string => toBase64url(generateEd25519().signer.publicKey);
const ON_A_DEVICE = '/v1/patients/{patientId}/devices/{deviceId}';
const onADevice = (action: string) => async (world: GatewayWorld) =>
  byPatient(world, { path: `/devices/${world.deviceId}/${action}`, otherBody: {} });

/** Each route of the gateway that takes a key. */
export const GATEWAY_REQUESTS: Repeatables<GatewayWorld> = {
  'POST /v1/patients': async (world) =>
    byOps(world, {
      ...{ path: '/v1/patients', body: byPassphrase, otherBody: byAnother },
      count: async () => ((await world.fixture.ok('GET', '/v1/patients?limit=100'))['patients'] as []).length,
    }),
  'POST /v1/enrolments': async (world) =>
    byOps(world, {
      path: '/v1/enrolments',
      body: { consentKey: newKey() },
      otherBody: { consentKey: newKey() },
    }),
  'POST /v1/enrolments/offers': async (world) =>
    byOps(world, {
      path: '/v1/enrolments/offers',
      body: { consentKeys: [newKey()] },
      otherBody: { consentKeys: [newKey()] },
    }),
  'POST /v1/enrolments/batch': async (world) => {
    const refused = { statement: 'a.b.c', scopeKey: 'x.y.z' };
    return byOps(world, {
      path: '/v1/enrolments/batch',
      body: { enrolments: [refused] },
      otherBody: { enrolments: [refused, refused] },
    });
  },
  'POST /v1/patients/{patientId}/tokens': async (world) => {
    const { patientId } = await world.fixture.patient();
    return byOps(world, { path: `/v1/patients/${patientId}/tokens`, otherBody: {} });
  },
  'POST /v1/patients/{patientId}/pairing-codes': async (world) =>
    byPatient(world, { path: '/pairing-codes', otherBody: {} }),
  'POST /v1/devices': async (world) => {
    const { fixture, patient } = world;
    const { pairingCode } = await fixture.own(patient, 'POST', '/pairing-codes');
    return {
      ...{ service: fixture.gateway, token: undefined, path: '/v1/devices' },
      body: registration(String(pairingCode), 'continuous-glucose-monitor'),
      otherBody: registration(String(pairingCode), 'pulse-oximeter'),
      count: countOf(world, 'devices'),
    };
  },
  [`POST ${ON_A_DEVICE}/suspend`]: onADevice('suspend'),
  [`POST ${ON_A_DEVICE}/resume`]: onADevice('resume'),
  [`POST ${ON_A_DEVICE}/re-pair`]: onADevice('re-pair'),
  [`POST ${ON_A_DEVICE}/revoke`]: onADevice('revoke'),
  'POST /v1/patients/{patientId}/chain/verify': async (world) =>
    byPatient(world, { path: '/chain/verify', otherBody: {} }),
  'POST /v1/patients/{patientId}/alarms/mute': async (world) =>
    byPatient(world, {
      path: '/alarms/mute',
      body: { until: inMs(HOUR_MS), ...byPassphrase },
      otherBody: { until: inMs(HOUR_MS / 2), ...byPassphrase },
    }),
  'POST /v1/patients/{patientId}/alarms/{alarmId}/acknowledge': async (world) => {
    const { alarms } = await world.fixture.own(world.patient, 'GET', '/alarms');
    const [alarm] = alarms as { alarmId: string }[];
    return byPatient(world, {
      ...{ path: `/alarms/${alarm?.alarmId}/acknowledge`, body: byPassphrase, otherBody: byAnother },
    });
  },
  'POST /v1/patients/{patientId}/grants': async (world) =>
    byPatient(world, {
      ...{ path: '/grants', count: countOf(world, 'grants') },
      body: { grant: GRANT, ...byPassphrase },
      otherBody: { grant: { ...GRANT, permissions: ['read', 'write'] }, ...byPassphrase },
    }),
  'POST /v1/patients/{patientId}/denials': async (world) =>
    byPatient(world, {
      ...{ path: '/denials', count: countOf(world, 'denials') },
      body: { denial: { authorityId: '*', purposes: ['HRESCH'] }, ...byPassphrase },
      otherBody: {
        denial: { authorityId: '*', permissions: ['read'], purposes: ['HRESCH'] },
        ...byPassphrase,
      },
    }),
  'POST /v1/patients/{patientId}/grants/{grantId}/revoke': async (world) =>
    byPatient(world, {
      ...{ path: `/grants/${await grant(world)}/revoke`, body: byPassphrase, otherBody: byAnother },
    }),
  'POST /v1/patients/{patientId}/revocations': async (world) =>
    byPatient(world, {
      path: '/revocations',
      body: byPassphrase,
      otherBody: { grantId: await grant(world), ...byPassphrase },
    }),
  'POST /v1/patients/{patientId}/delegates': async (world) => {
    const { patient, statement, end: anotherStatement } = await appointing(world.fixture);
    const otherBody = { statement: await anotherStatement() };
    return byPatient(world, { path: '/delegates', body: { statement }, otherBody }, patient);
  },
  'POST /v1/patients/{patientId}/delegates/{delegationId}/tokens': async (world) => {
    const { patient, statement, delegationId } = await appointing(world.fixture);
    const path = `/v1/patients/${patient.patientId}/delegates`;
    await world.fixture.call('POST', path, { statement }, patient.token);
    return byPatient(world, { path: `/delegates/${delegationId}/tokens`, otherBody: {} }, patient);
  },
  'POST /v1/patients/{patientId}/delegates/{delegationId}/end': async (world) => {
    const { patient, statement, delegationId, end } = await appointing(world.fixture);
    const path = `/v1/patients/${patient.patientId}/delegates`;
    await world.fixture.call('POST', path, { statement }, patient.token);
    const body = { statement: await end() };
    return byPatient(
      world,
      { path: `/delegates/${delegationId}/end`, body, otherBody: { statement } },
      patient,
    );
  },
  'POST /v1/patients/{patientId}/subscriptions/{subscriptionId}/approve': async (world) =>
    byPatient(world, {
      path: `/subscriptions/${await subscription(world)}/approve`,
      ...{ body: byPassphrase, otherBody: byAnother, count: countOf(world, 'grants') },
    }),
  'POST /v1/patients/{patientId}/subscriptions/{subscriptionId}/reject': async (world) =>
    byPatient(world, {
      path: `/subscriptions/${await subscription(world)}/reject`,
      ...{ body: byPassphrase, otherBody: byAnother },
    }),
  'POST /v1/patients/{patientId}/grants/revoke-all': async (world) =>
    byPatient(world, { path: '/grants/revoke-all', body: byPassphrase, otherBody: byAnother }),
  'POST /v1/patients/{patientId}/check-in': async (world) =>
    byPatient(world, {
      path: '/check-in',
      body: { authorityId: HOSPITAL, ...byPassphrase },
      otherBody: { authorityId: HOSPITAL, ...byAnother },
    }),
  'POST /v1/patients/{patientId}/passphrase': async (world) => {
    const other = await world.fixture.patient();
    const body = { ...byPassphrase, newPassphrase: 'five other words to remember' };
    return byPatient(world, { path: '/passphrase', body, otherBody: { ...body, ...byAnother } }, other);
  },
  'POST /v1/patients/{patientId}/keys/offer': async (world) =>
    byPatient(world, { path: '/keys/offer', body: { use: 'gateway' }, otherBody: {} }),
  'POST /v1/patients/{patientId}/keys/rotate': async (world) => {
    const other = await world.fixture.patient();
    return byPatient(world, { path: '/keys/rotate', body: byPassphrase, otherBody: byAnother }, other);
  },
  'POST /v1/patients/{patientId}/recoveries/{recoveryId}/object': async (world) =>
    byPatient(world, {
      path: `/recoveries/${await openedRecovery(world)}/object`,
      ...{ body: byPassphrase, otherBody: byAnother },
    }),
  'POST /v1/patients/{patientId}/flush': async (world) => byPatient(world, { path: '/flush', otherBody: {} }),
  'PUT /v1/patients/{patientId}/settings': async (world) =>
    byPatient(world, {
      ...{ path: '/settings', count: countOf(world, 'settings/versions', 'versions') },
      body: { settings: { glucose: { veryLowMgPerDl: 60 } }, ...byPassphrase },
      otherBody: { settings: { glucose: { veryLowMgPerDl: 61 } }, ...byPassphrase },
    }),
  'POST /v1/flush': async (world) => byOps(world, { path: '/v1/flush', otherBody: {} }),
  'POST /v1/reconciliations': async (world) =>
    byOps(world, { path: '/v1/reconciliations', body: { repair: true }, otherBody: { repair: false } }),
  'POST /v1/attestations': async (world) => {
    const body = { channel: 'authorities', txId: await anchorTxId(world) };
    return byOps(world, { path: '/v1/attestations', body, otherBody: { ...body, channel: 'cloud' } });
  },
};

/** A patient about whom there is something of everything. */
export async function gatewayWorld(fixture: GatewayFixture): Promise<GatewayWorld> {
  const patient = await fixture.patient();
  await using device = await fixture.device(patient);
  const windowMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 2 * HOUR_MS;
  for (const minute of [0, 5, 10]) await device.send([glucose(windowMs + minute * MINUTE_MS, 100 + minute)]);
  await device.send([glucose(Date.now() - MINUTE_MS, 45)]);
  await fixture.own(patient, 'POST', '/flush');
  return { fixture, patient, deviceId: device.device.registration.deviceId };
}
