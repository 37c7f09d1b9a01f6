import { signJws, type Signer } from '@careledger/crypto';
import { DEVICE_TOKEN_MAX_AGE_S, DEVICE_TOKEN_TYP } from '@careledger/protocol';
import type { Vector } from '@careledger/spec';
import { GATEWAY_ID, NOW, device, deviceId, deviceKey, stranger } from './fixtures.js';

type TokenCode = 'DEVICE_TOKEN_INVALID' | 'DEVICE_TOKEN_AUDIENCE';

/** A token as the gateway of this ID has to judge it at `now`, where the device is registered with `deviceKey`. */
export type TokenVector = {
  type: 'token';
  description: string;
  token: string;
  deviceKey: string;
  gatewayId: string;
  /** Seconds. */
  now: number;
  code?: TokenCode;
};

const good = {
  iss: deviceId,
  sub: deviceId,
  aud: GATEWAY_ID,
  iat: NOW - 5,
  exp: NOW + 295,
  jti: 'AAAAAAAAAAAAAAAAAAAAAA',
};

function vector(name: string, description: string, token: string, code?: TokenCode): Vector<TokenVector> {
  return {
    ...{ name, type: 'token', description, token, deviceKey, gatewayId: GATEWAY_ID, now: NOW },
    ...(code !== undefined && { code }),
  };
}

const signed = (changes: object = {}, signer: Signer = device, typ = DEVICE_TOKEN_TYP): string =>
  signJws({ typ, payload: { ...good, ...changes } }, signer);

export const validTokens = (): Vector<TokenVector>[] => [
  vector('token', 'Made just now, good for five minutes', signed()),
  vector(
    'token-of-longest-life',
    'exp is 600 s after iat',
    signed({ iat: NOW, exp: NOW + DEVICE_TOKEN_MAX_AGE_S }),
  ),
];

export const invalidTokens = (): Vector<TokenVector>[] => [
  vector(
    'token-for-other-gateway',
    'Stolen by the gateway that it was made for',
    signed({ aud: 'gateway-home-2' }),
    'DEVICE_TOKEN_AUDIENCE',
  ),
  vector(
    'token-too-long-lived',
    'exp is 601 s after iat',
    signed({ iat: NOW, exp: NOW + DEVICE_TOKEN_MAX_AGE_S + 1 }),
    'DEVICE_TOKEN_INVALID',
  ),
  vector(
    'token-of-other-key',
    'Names the device’s key, signed with another',
    signed({}, { ...stranger, kid: device.kid }),
    'DEVICE_TOKEN_INVALID',
  ),
  vector(
    'token-names-other-key',
    'kid is not the registered key',
    signed({}, stranger),
    'DEVICE_TOKEN_INVALID',
  ),
  vector(
    'token-of-other-device',
    'sub is not the device',
    signed({ sub: `dev_${'a'.repeat(32)}` }),
    'DEVICE_TOKEN_INVALID',
  ),
  vector(
    'token-as-frame',
    'Signed for another purpose',
    signed({}, device, 'careledger.frame+jws'),
    'DEVICE_TOKEN_INVALID',
  ),
  vector('token-time-in-fractions', 'Whole seconds', signed({ iat: NOW - 0.5 }), 'DEVICE_TOKEN_INVALID'),
];
