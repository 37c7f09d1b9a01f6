import { setTimeout } from 'node:timers/promises';
import { DeviceSession, deviceToken, pairDevice, type PairedDevice } from '@careledger/examples/device';
import { generateEd25519, sha256, signJws, toBase64url, type Signer } from '@careledger/crypto';
import { frameOrigin, makeFrame } from '@careledger/private-chain';
import {
  DEVICE_TOKEN_TYP,
  FRAME_MAX_BYTES,
  FrameResult,
  PAIRING_PROOF_TYP,
  framesTopic,
  resultsTopic,
} from '@careledger/protocol';
import { Value } from 'typebox/value';
import { GATEWAY_ID, glucose } from '../../fixtures/services/gateway-fixture.js';
import { NO_EFFECT, THROUGH, answersOf } from '../attempt.js';
import { kind, type HttpKind } from '../http/http-attempt.js';
import type { HttpFixture } from '../http/http-fixture.js';
import { connack } from './connack.js';

const GLUCOSE = '2339-0';
const PROFILE = { type: 'continuous-glucose-monitor', codes: [GLUCOSE] };
const AN_HOUR_S = 3_600;
/** How long the broker may take to end a connection. */
const PATIENCE_MS = 10_000;
const nowS = (): number => Math.floor(Date.now() / 1000);

/** What the broker does to a device that goes too far; it says no more. */
const DISCONNECTED = 'disconnected';
const REFUSED = 'connection refused';

/** A pairing code of the attacker's, or one that pairs a device of the attacker's again. */
async function pairingCode(fixture: HttpFixture, deviceId?: string): Promise<string> {
  const attacker = await fixture.attacker();
  const path = deviceId === undefined ? '/pairing-codes' : `/devices/${deviceId}/re-pair`;
  return String((await fixture.gateway.own(attacker, 'POST', path))['pairingCode']);
}

/** A device of the attacker's, with a chain that has not begun. */
const paired = async (
  fixture: HttpFixture,
  signer: Signer = generateEd25519().signer,
): Promise<PairedDevice> =>
  pairDevice({
    gatewayUrl: fixture.service('gateway').url,
    gatewayId: GATEWAY_ID,
    pairingCode: await pairingCode(fixture),
    signer,
    ...PROFILE,
  });

/** Registers a device with what it claims to be a proof. */
function register(
  fixture: HttpFixture,
  code: string,
  signer: Signer,
  proof: { readonly by?: Signer; readonly aud?: string; readonly code?: string } = {},
): Promise<string> {
  const { by = signer, aud = GATEWAY_ID, code: proved = code } = proof;
  const deviceKey = toBase64url(signer.publicKey);
  const payload = { aud, pairingCode: proved, deviceKey, iat: nowS() };
  const body = {
    pairingCode: code,
    deviceKey,
    proof: signJws({ typ: PAIRING_PROOF_TYP, payload }, by),
    profile: PROFILE,
  };
  return fixture.send({ service: 'gateway', method: 'POST', path: '/v1/devices', body });
}

/** A device's token with claims of one's own. */
function tokenOf(
  { signer, registration: { deviceId, gatewayId } }: PairedDevice,
  claims: Readonly<Record<string, unknown>> = {},
  by: Signer = signer,
): string {
  const iat = nowS();
  const payload = {
    ...{ iss: deviceId, sub: deviceId, aud: gatewayId, iat, exp: iat + 300 },
    ...{ jti: crypto.randomUUID(), ...claims },
  };
  return signJws({ typ: DEVICE_TOKEN_TYP, payload: payload as never }, by);
}

/** What both of the device's routes answer to a token. */
async function bothRoutes(fixture: HttpFixture, token: string | undefined): Promise<string> {
  const service = 'gateway';
  return answersOf([
    await fixture.send({ service, method: 'GET', path: '/v1/device/head', token }),
    await fixture.send({
      ...{ service, method: 'POST', path: '/v1/frames', token, body: 'frame' },
      headers: { 'content-type': 'application/jose' },
    }),
  ]);
}

interface FrameParts {
  readonly epoch?: string;
  readonly seq?: number;
  readonly prev?: string;
  readonly value?: number;
}

/** A frame of a device's, or one that says so. */
function frameOf(
  { signer, registration: { deviceId, epoch } }: PairedDevice,
  parts: FrameParts = {},
  by = signer,
): string {
  const { seq = 0, value = 100 } = parts;
  const at = epoch;
  const prev = parts.prev ?? frameOrigin(deviceId, at, sha256);
  const sent = new Date().toISOString();
  const readings = [glucose(Date.now(), value)];
  return makeFrame({ v: 1, epoch: parts.epoch ?? at, seq, prev, sent, readings }, by);
}

/** What becomes of a frame that comes with a device's token. */
async function send(fixture: HttpFixture, device: PairedDevice, frame: string): Promise<string> {
  const response = await fetch(new URL('/v1/frames', fixture.service('gateway').url), {
    method: 'POST',
    headers: { authorization: `Bearer ${deviceToken(device)}`, 'content-type': 'application/jose' },
    body: frame,
  });
  const body: unknown = await response.json();
  if (!Value.Check(FrameResult, body)) return (body as { code: string }).code;
  if (body.status === 'stored') return THROUGH;
  return body.status === 'duplicate' ? NO_EFFECT : (body.code ?? body.status);
}

/** What the broker does to a device that does something. */
async function connected(fixture: HttpFixture, act: (session: DeviceSession) => unknown): Promise<string> {
  const session = await DeviceSession.open(await paired(fixture));
  const closed = new Promise((resolve) => session.client.once('close', () => resolve(DISCONNECTED)));
  try {
    act(session);
    return String(await Promise.race([closed, setTimeout(PATIENCE_MS, THROUGH, { ref: false })]));
  } finally {
    // At once: it would connect again, and do the same.
    session.client.end(true);
  }
}

/** What the broker answers to one who says to be this device, under a client id of its choice. */
async function connects(device: PairedDevice, password = deviceToken(device)): Promise<string> {
  const { deviceId: username, mqttUrl } = device.registration;
  const code = await connack(mqttUrl, { clientId: username, username, password });
  return code === 0 ? THROUGH : REFUSED;
}

/** The victim's device, as somebody without its key would be it. */
async function posing(fixture: HttpFixture): Promise<PairedDevice> {
  const [own, { deviceId }] = [await paired(fixture), await fixture.victim()];
  return { ...own, registration: { ...own.registration, deviceId } };
}

/** What devices try, and who would like to be one. */
export const deviceAttempts: readonly HttpKind[] = [
  kind({
    id: 'pairing-code-again',
    role: 'device',
    what: 'pairs with a code that was used, is another one’s guess, or was never given out',
    answer: 'PAIRING_CODE_INVALID',
    tries: {
      used: async (fixture) => {
        const code = await pairingCode(fixture);
        await register(fixture, code, generateEd25519().signer);
        return register(fixture, code, generateEd25519().signer);
      },
      guessed: (fixture) => register(fixture, 'aaaaaaaaaaaaaaaa', generateEd25519().signer),
      'used to pair again': async (fixture) => {
        const device = await paired(fixture);
        const code = await pairingCode(fixture, device.registration.deviceId);
        await register(fixture, code, device.signer);
        return register(fixture, code, device.signer);
      },
    },
  }),
  kind({
    id: 'pairing-proof',
    role: 'device',
    what: 'registers a key that it does not hold, or with a proof that was made for somebody or something else',
    answer: 'PAIRING_PROOF_INVALID',
    tries: {
      'another key': async (fixture) =>
        register(fixture, await pairingCode(fixture), generateEd25519().signer, {
          by: generateEd25519().signer,
        }),
      'another gateway': async (fixture) =>
        register(fixture, await pairingCode(fixture), generateEd25519().signer, { aud: 'gateway-elsewhere' }),
      'another code': async (fixture) =>
        register(fixture, await pairingCode(fixture), generateEd25519().signer, { code: 'aaaaaaaaaaaaaaaa' }),
    },
  }),
  kind({
    id: 'pairing-another-device',
    role: 'device',
    what: 'pairs with the code that pairs another device again',
    answer: 'PAIRING_OTHER_DEVICE',
    tries: {
      're-pair': async (fixture) => {
        const { registration } = await paired(fixture);
        return register(fixture, await pairingCode(fixture, registration.deviceId), generateEd25519().signer);
      },
    },
  }),
  kind({
    id: 'registered-twice',
    role: 'device',
    what: 'registers as new although it is known, to begin its counter again',
    answer: 'DEVICE_ALREADY_REGISTERED',
    tries: {
      devices: async (fixture) => {
        const device = await paired(fixture);
        return register(fixture, await pairingCode(fixture), device.signer);
      },
    },
  }),
  kind({
    id: 'no-device-token',
    role: 'thief',
    what: 'calls a device’s routes without a token, with another role’s, or with one that the device has not signed',
    answer: 'DEVICE_TOKEN_INVALID',
    tries: {
      none: (fixture) => bothRoutes(fixture, undefined),
      'of role ops': (fixture) => bothRoutes(fixture, fixture.service('gateway').tokens.ops),
      'of a patient': async (fixture) => bothRoutes(fixture, (await fixture.attacker()).token),
      'by another key': async (fixture) =>
        bothRoutes(fixture, tokenOf(await paired(fixture), {}, generateEd25519().signer)),
      'in another device’s name': async (fixture) => bothRoutes(fixture, tokenOf(await posing(fixture))),
      'that lasts a day': async (fixture) =>
        bothRoutes(fixture, tokenOf(await paired(fixture), { exp: nowS() + 24 * AN_HOUR_S })),
    },
  }),
  kind({
    id: 'token-for-another-gateway',
    role: 'thief',
    what: 'uses a device’s token that was made for another gateway',
    answer: 'DEVICE_TOKEN_AUDIENCE',
    tries: {
      token: async (fixture) =>
        bothRoutes(fixture, tokenOf(await paired(fixture), { aud: 'gateway-elsewhere' })),
    },
  }),
  kind({
    id: 'expired-device-token',
    role: 'thief',
    what: 'uses a device’s token that has expired',
    answer: 'DEVICE_TOKEN_EXPIRED',
    tries: {
      token: async (fixture) => {
        const iat = nowS() - AN_HOUR_S;
        return bothRoutes(fixture, tokenOf(await paired(fixture), { iat, exp: iat + 300 }));
      },
    },
  }),
  ...(['suspend', 'revoke'] as const).map((action) =>
    kind({
      id: `${action}-device`,
      role: 'thief',
      what: `uses a device that was ${action === 'suspend' ? 'suspended' : 'revoked'}`,
      answer: action === 'suspend' ? 'DEVICE_SUSPENDED' : 'DEVICE_REVOKED',
      tries: {
        http: async (fixture) => {
          const device = await paired(fixture);
          const path = `/devices/${device.registration.deviceId}/${action}`;
          await fixture.gateway.own(await fixture.attacker(), 'POST', path);
          return bothRoutes(fixture, deviceToken(device));
        },
      },
    }),
  ),
  kind({
    id: 'foreign-frame',
    role: 'device',
    what: 'sends frames that another key has signed',
    answer: 'FRAME_SIGNATURE_INVALID',
    tries: {
      'of another device': async (fixture) => {
        const [device, other] = [await paired(fixture), await paired(fixture)];
        return send(fixture, device, frameOf(other));
      },
      'of nobody': async (fixture) => {
        const device = await paired(fixture);
        return send(fixture, device, frameOf(device, {}, generateEd25519().signer));
      },
      'that would be an emergency': async (fixture) => {
        const device = await paired(fixture);
        return send(fixture, device, frameOf(device, { value: 30 }, generateEd25519().signer));
      },
    },
  }),
  kind({
    id: 'frame-again',
    role: 'relay',
    what: 'sends a device’s frame again',
    answer: NO_EFFECT,
    tries: {
      'at once': async (fixture) => {
        const device = await paired(fixture);
        const frame = frameOf(device);
        await send(fixture, device, frame);
        return send(fixture, device, frame);
      },
    },
  }),
  kind({
    id: 'frame-rewritten',
    role: 'device',
    what: 'says something else under a counter that it has used',
    answer: 'FRAME_SEQ_REUSED',
    tries: {
      frame: async (fixture) => {
        const device = await paired(fixture);
        await send(fixture, device, frameOf(device));
        return send(fixture, device, frameOf(device, { value: 180 }));
      },
    },
  }),
  kind({
    id: 'frame-unlinked',
    role: 'device',
    what: 'sends a frame that does not follow the one before',
    answer: 'FRAME_PREV_MISMATCH',
    tries: {
      frame: async (fixture) => {
        const device = await paired(fixture);
        await send(fixture, device, frameOf(device));
        return send(fixture, device, frameOf(device, { seq: 1 }));
      },
    },
  }),
  kind({
    id: 'frame-of-another-epoch',
    role: 'device',
    what: 'begins a new chain by itself',
    answer: 'FRAME_EPOCH_UNKNOWN',
    tries: {
      frame: async (fixture) => {
        const device = await paired(fixture);
        return send(fixture, device, frameOf(device, { epoch: 'A'.repeat(22) }));
      },
    },
  }),
  kind({
    id: 'garbage',
    role: 'device',
    what: 'sends what is no frame',
    answer: 'FRAME_MALFORMED',
    tries: {
      text: async (fixture) => send(fixture, await paired(fixture), 'no frame'),
      nothing: async (fixture) => send(fixture, await paired(fixture), '..'),
      'urgent garbage': async (fixture) => send(fixture, await paired(fixture), '{"urgent":true,"value":30}'),
    },
  }),
  kind({
    id: 'too-large',
    role: 'device',
    what: 'sends a frame that is larger than frames are',
    answer: 'PAYLOAD_TOO_LARGE',
    tries: {
      frame: async (fixture) => send(fixture, await paired(fixture), 'a'.repeat(FRAME_MAX_BYTES + 1)),
    },
  }),
  kind({
    id: 'foreign-topic',
    role: 'device',
    what: 'publishes where another device publishes',
    answer: DISCONNECTED,
    tries: {
      'another device’s frames': async (fixture) => {
        const { deviceId } = await fixture.victim();
        return connected(fixture, ({ client, device }) =>
          client.publish(framesTopic(deviceId), frameOf(device), { qos: 1 }),
        );
      },
      'its own results': (fixture) =>
        connected(fixture, ({ client, device }) =>
          client.publish(device.registration.resultsTopic, '{"status":"stored"}', { qos: 1 }),
        ),
    },
  }),
  kind({
    id: 'foreign-subscription-mqtt',
    role: 'device',
    what: 'listens to what is not for it',
    answer: DISCONNECTED,
    tries: {
      'another device’s results': async (fixture) => {
        const { deviceId } = await fixture.victim();
        return connected(fixture, ({ client }) => client.subscribe(resultsTopic(deviceId), { qos: 1 }));
      },
      everything: (fixture) => connected(fixture, ({ client }) => client.subscribe('#', { qos: 1 })),
      'every device': (fixture) =>
        connected(fixture, ({ client }) => client.subscribe('careledger/v1/+/+/frames', { qos: 1 })),
      'the broker': (fixture) => connected(fixture, ({ client }) => client.subscribe('$SYS/#', { qos: 1 })),
    },
  }),
  kind({
    id: 'poses-as-another',
    role: 'device',
    what: 'connects as another device, or as one that it is no longer',
    answer: REFUSED,
    tries: {
      'with its own key': async (fixture) => connects(await posing(fixture)),
      'with another key': async (fixture) => {
        const { signer } = generateEd25519();
        return connects({ ...(await paired(fixture)), signer });
      },
      'with a token for another gateway': async (fixture) => {
        const device = await paired(fixture);
        return connects(device, tokenOf(device, { aud: 'gateway-elsewhere' }));
      },
      'after it was revoked': async (fixture) => {
        const device = await paired(fixture);
        const path = `/devices/${device.registration.deviceId}/revoke`;
        await fixture.gateway.own(await fixture.attacker(), 'POST', path);
        return connects(device);
      },
    },
  }),
];
