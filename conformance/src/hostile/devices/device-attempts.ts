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
import { GATEWAY_ID, glucose } from '../../gateway/gateway-rig.js';
import { NO_EFFECT, THROUGH, answersOf } from '../attempt.js';
import { kind, type HttpKind } from '../http/http-attempt.js';
import type { HttpCast } from '../http/http-fixture.js';
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
async function pairingCode(cast: HttpCast, deviceId?: string): Promise<string> {
  const attacker = await cast.attacker();
  const path = deviceId === undefined ? '/pairing-codes' : `/devices/${deviceId}/re-pair`;
  return String((await cast.rig.own(attacker, 'POST', path))['pairingCode']);
}

/** A device of the attacker's, with a chain that has not begun. */
const paired = async (cast: HttpCast, signer: Signer = generateEd25519().signer): Promise<PairedDevice> =>
  pairDevice({
    gatewayUrl: cast.service('gateway').url,
    gatewayId: GATEWAY_ID,
    pairingCode: await pairingCode(cast),
    signer,
    ...PROFILE,
  });

/** Registers a device with what it claims to be a proof. */
function register(
  cast: HttpCast,
  code: string,
  signer: Signer,
  proof: { readonly by?: Signer; readonly aud?: string; readonly code?: string; readonly iat?: number } = {},
): Promise<string> {
  const { by = signer, aud = GATEWAY_ID, code: proved = code, iat = nowS() } = proof;
  const deviceKey = toBase64url(signer.publicKey);
  const payload = { aud, pairingCode: proved, deviceKey, iat };
  const body = {
    pairingCode: code,
    deviceKey,
    proof: signJws({ typ: PAIRING_PROOF_TYP, payload }, by),
    profile: PROFILE,
  };
  return cast.send({ service: 'gateway', method: 'POST', path: '/v1/devices', body });
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
async function bothRoutes(cast: HttpCast, token: string | undefined): Promise<string> {
  const service = 'gateway';
  return answersOf([
    await cast.send({ service, method: 'GET', path: '/v1/device/head', token }),
    await cast.send({
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
async function send(cast: HttpCast, device: PairedDevice, frame: string): Promise<string> {
  const response = await fetch(new URL('/v1/frames', cast.service('gateway').url), {
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
async function connected(cast: HttpCast, act: (session: DeviceSession) => unknown): Promise<string> {
  const session = await DeviceSession.open(await paired(cast));
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
async function posing(cast: HttpCast): Promise<PairedDevice> {
  const [own, { deviceId }] = [await paired(cast), await cast.victim()];
  return { ...own, registration: { ...own.registration, deviceId } };
}

/** What devices try, and who would like to be one. */
export const deviceAttempts: readonly HttpKind[] = [
  kind(
    'pairing-code-again',
    'device',
    'pairs with a code that was used, is another one’s guess, or was never given out',
    'PAIRING_CODE_INVALID',
    {
      used: async (cast) => {
        const code = await pairingCode(cast);
        await register(cast, code, generateEd25519().signer);
        return register(cast, code, generateEd25519().signer);
      },
      guessed: (cast) => register(cast, 'aaaaaaaaaaaaaaaa', generateEd25519().signer),
      'used to pair again': async (cast) => {
        const device = await paired(cast);
        const code = await pairingCode(cast, device.registration.deviceId);
        await register(cast, code, device.signer);
        return register(cast, code, device.signer);
      },
    },
  ),
  kind(
    'pairing-proof',
    'device',
    'registers a key that it does not hold, or with a proof that was made for another place',
    'PAIRING_PROOF_INVALID',
    {
      'another key': async (cast) =>
        register(cast, await pairingCode(cast), generateEd25519().signer, { by: generateEd25519().signer }),
      'another gateway': async (cast) =>
        register(cast, await pairingCode(cast), generateEd25519().signer, { aud: 'gateway-elsewhere' }),
      'another code': async (cast) =>
        register(cast, await pairingCode(cast), generateEd25519().signer, { code: 'aaaaaaaaaaaaaaaa' }),
      'another time': async (cast) =>
        register(cast, await pairingCode(cast), generateEd25519().signer, { iat: nowS() - AN_HOUR_S }),
    },
  ),
  kind(
    'pairing-another-device',
    'device',
    'pairs with the code that pairs another device again',
    'PAIRING_OTHER_DEVICE',
    {
      're-pair': async (cast) => {
        const { registration } = await paired(cast);
        return register(cast, await pairingCode(cast, registration.deviceId), generateEd25519().signer);
      },
    },
  ),
  kind(
    'registered-twice',
    'device',
    'registers as new although it is known, to begin its counter anew',
    'DEVICE_ALREADY_REGISTERED',
    {
      devices: async (cast) => {
        const device = await paired(cast);
        return register(cast, await pairingCode(cast), device.signer);
      },
    },
  ),
  kind(
    'no-device-token',
    'thief',
    'calls a device’s routes without a token, with another role’s, or with one that the device has not signed',
    'DEVICE_TOKEN_INVALID',
    {
      none: (cast) => bothRoutes(cast, undefined),
      'of role ops': (cast) => bothRoutes(cast, cast.service('gateway').tokens.ops),
      'of a patient': async (cast) => bothRoutes(cast, (await cast.attacker()).token),
      'by another key': async (cast) =>
        bothRoutes(cast, tokenOf(await paired(cast), {}, generateEd25519().signer)),
      'in another device’s name': async (cast) => bothRoutes(cast, tokenOf(await posing(cast))),
      'that lasts a day': async (cast) =>
        bothRoutes(cast, tokenOf(await paired(cast), { exp: nowS() + 24 * AN_HOUR_S })),
    },
  ),
  kind(
    'token-for-another-gateway',
    'thief',
    'uses a device’s token that was made for another gateway',
    'DEVICE_TOKEN_AUDIENCE',
    { token: async (cast) => bothRoutes(cast, tokenOf(await paired(cast), { aud: 'gateway-elsewhere' })) },
  ),
  kind('expired-device-token', 'thief', 'uses a device’s token that has expired', 'DEVICE_TOKEN_EXPIRED', {
    token: async (cast) => {
      const iat = nowS() - AN_HOUR_S;
      return bothRoutes(cast, tokenOf(await paired(cast), { iat, exp: iat + 300 }));
    },
  }),
  ...(['suspend', 'revoke'] as const).map((action) =>
    kind(
      `${action}-device`,
      'thief',
      `uses a device that was ${action === 'suspend' ? 'suspended' : 'revoked'}`,
      action === 'suspend' ? 'DEVICE_SUSPENDED' : 'DEVICE_REVOKED',
      {
        http: async (cast) => {
          const device = await paired(cast);
          const path = `/devices/${device.registration.deviceId}/${action}`;
          await cast.rig.own(await cast.attacker(), 'POST', path);
          return bothRoutes(cast, deviceToken(device));
        },
      },
    ),
  ),
  kind('foreign-frame', 'device', 'sends frames that another key has signed', 'FRAME_SIGNATURE_INVALID', {
    'of another device': async (cast) => {
      const [device, other] = [await paired(cast), await paired(cast)];
      return send(cast, device, frameOf(other));
    },
    'of nobody': async (cast) => {
      const device = await paired(cast);
      return send(cast, device, frameOf(device, {}, generateEd25519().signer));
    },
    'that would be an emergency': async (cast) => {
      const device = await paired(cast);
      return send(cast, device, frameOf(device, { value: 30 }, generateEd25519().signer));
    },
  }),
  kind('frame-again', 'relay', 'sends a device’s frame again', NO_EFFECT, {
    'at once': async (cast) => {
      const device = await paired(cast);
      const frame = frameOf(device);
      await send(cast, device, frame);
      return send(cast, device, frame);
    },
  }),
  kind(
    'frame-rewritten',
    'device',
    'says something else under a counter that it has used',
    'FRAME_SEQ_REUSED',
    {
      frame: async (cast) => {
        const device = await paired(cast);
        await send(cast, device, frameOf(device));
        return send(cast, device, frameOf(device, { value: 180 }));
      },
    },
  ),
  kind(
    'frame-unlinked',
    'device',
    'sends a frame that does not follow the one before',
    'FRAME_PREV_MISMATCH',
    {
      frame: async (cast) => {
        const device = await paired(cast);
        await send(cast, device, frameOf(device));
        return send(cast, device, frameOf(device, { seq: 1 }));
      },
    },
  ),
  kind('frame-of-another-epoch', 'device', 'begins its chain anew by itself', 'FRAME_EPOCH_UNKNOWN', {
    frame: async (cast) => {
      const device = await paired(cast);
      return send(cast, device, frameOf(device, { epoch: 'A'.repeat(22) }));
    },
  }),
  kind('garbage', 'device', 'sends what is no frame', 'FRAME_MALFORMED', {
    text: async (cast) => send(cast, await paired(cast), 'no frame'),
    nothing: async (cast) => send(cast, await paired(cast), '..'),
    'urgent garbage': async (cast) => send(cast, await paired(cast), '{"urgent":true,"value":30}'),
  }),
  kind('too-large', 'device', 'sends a frame that is larger than frames are', 'PAYLOAD_TOO_LARGE', {
    frame: async (cast) => send(cast, await paired(cast), 'a'.repeat(FRAME_MAX_BYTES + 1)),
  }),
  kind('foreign-topic', 'device', 'publishes where another device publishes', DISCONNECTED, {
    'another device’s frames': async (cast) => {
      const { deviceId } = await cast.victim();
      return connected(cast, ({ client, device }) =>
        client.publish(framesTopic(deviceId), frameOf(device), { qos: 1 }),
      );
    },
    'its own results': (cast) =>
      connected(cast, ({ client, device }) =>
        client.publish(device.registration.resultsTopic, '{"status":"stored"}', { qos: 1 }),
      ),
  }),
  kind('foreign-subscription-mqtt', 'device', 'listens to what is not for it', DISCONNECTED, {
    'another device’s results': async (cast) => {
      const { deviceId } = await cast.victim();
      return connected(cast, ({ client }) => client.subscribe(resultsTopic(deviceId), { qos: 1 }));
    },
    everything: (cast) => connected(cast, ({ client }) => client.subscribe('#', { qos: 1 })),
    'every device': (cast) =>
      connected(cast, ({ client }) => client.subscribe('careledger/v1/+/+/frames', { qos: 1 })),
    'the broker': (cast) => connected(cast, ({ client }) => client.subscribe('$SYS/#', { qos: 1 })),
  }),
  kind('poses-as-another', 'device', 'connects as another device, or as one that it is no longer', REFUSED, {
    'with its own key': async (cast) => connects(await posing(cast)),
    'with another key': async (cast) => {
      const { signer } = generateEd25519();
      return connects({ ...(await paired(cast)), signer });
    },
    'with a token for another gateway': async (cast) => {
      const device = await paired(cast);
      return connects(device, tokenOf(device, { aud: 'gateway-elsewhere' }));
    },
    'with an expired token': async (cast) => {
      const device = await paired(cast);
      return connects(device, tokenOf(device, { iat: nowS() - AN_HOUR_S, exp: nowS() - AN_HOUR_S + 300 }));
    },
    'after it was revoked': async (cast) => {
      const device = await paired(cast);
      const path = `/devices/${device.registration.deviceId}/revoke`;
      await cast.rig.own(await cast.attacker(), 'POST', path);
      return connects(device);
    },
  }),
];
