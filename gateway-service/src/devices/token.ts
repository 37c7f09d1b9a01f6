import { CryptoError, parseJws, readJwsPayload, verifyJws, type SignatureVerifier } from '@careledger/crypto';
import type { ParsedJws } from '@careledger/crypto';
import { DEVICE_TOKEN_MAX_AGE_S, DEVICE_TOKEN_TYP } from '@careledger/protocol';
import type { Device } from './device.js';
import { DeviceError } from './errors.js';
import { DEVICE_TOKEN_MAX_CHARS } from './limits.js';

const MS_PER_S = 1000;

export interface TokenCheck {
  readonly verifier: SignatureVerifier;
  /** Audience that a token must name. */
  readonly gatewayId: string;
  readonly nowMs: number;
}

/** A token that this device made for this gateway, at whatever time. */
export interface CheckedToken {
  /** When it was made, by the device's clock, milliseconds since 1970. */
  readonly iatMs: number;
  /** It has not expired, and is not from farther ahead than it may last. */
  readonly isInTime: boolean;
  /** As this gateway gave it, or did not. */
  readonly nonce: string | undefined;
}

/**
 * Checks that the token was made by this device, for this gateway: RFC 7519 claims `iss` = `sub` = device id, `aud`, `iat`,
 * `exp`, and `nonce` where it has one, signed with the device's registered key. Not single-use: what it opens is signed once
 * more.
 * @throws DeviceError `DEVICE_TOKEN_INVALID`, `DEVICE_TOKEN_AUDIENCE`
 */
export function checkDeviceToken(
  token: string,
  device: Device,
  { verifier, gatewayId, nowMs }: TokenCheck,
): CheckedToken {
  const jws = parseToken(token);
  if (jws.header.typ !== DEVICE_TOKEN_TYP) throw invalid(`its typ is not ${DEVICE_TOKEN_TYP}`);
  if (jws.header.kid !== device.kid) throw invalid('it names another key than the one registered');
  if (!verifyJws(jws, device.publicKey, verifier)) throw invalid('its signature does not verify');
  const { iss, sub, aud, iat, exp, nonce } = claimsOf(jws);
  if (iss !== device.deviceId || sub !== device.deviceId) throw invalid('iss and sub are the device id');
  if (aud !== gatewayId) {
    throw new DeviceError(
      'DEVICE_TOKEN_AUDIENCE',
      `The token is not for this gateway: set aud to ${gatewayId}`,
    );
  }
  if (!isSeconds(iat) || !isSeconds(exp)) throw invalid('iat and exp are whole seconds');
  if (nonce !== undefined && typeof nonce !== 'string')
    throw invalid('nonce is the text that the gateway gave');
  if (exp - iat > DEVICE_TOKEN_MAX_AGE_S)
    throw invalid(`it is good for more than ${DEVICE_TOKEN_MAX_AGE_S} s`);
  const now = nowMs / MS_PER_S;
  return { iatMs: iat * MS_PER_S, isInTime: iat <= now + DEVICE_TOKEN_MAX_AGE_S && exp > now, nonce };
}

/** The device id that an unverified token claims, to find its key by. @throws DeviceError `DEVICE_TOKEN_INVALID` */
export function issuerOfToken(token: string): string {
  const { iss } = claimsOf(parseToken(token));
  if (typeof iss !== 'string') throw invalid('it has no iss');
  return iss;
}

/** Small enough that milliseconds are whole numbers too. */
function isSeconds(value: unknown): value is number {
  return Number.isInteger(value) && Math.abs(value as number) <= Number.MAX_SAFE_INTEGER / MS_PER_S;
}

function parseToken(token: string): ParsedJws {
  try {
    return parseJws(token, { maxBytes: DEVICE_TOKEN_MAX_CHARS });
  } catch (cause) {
    throw notToken(cause);
  }
}

function claimsOf(jws: ParsedJws): Record<string, unknown> {
  try {
    return readJwsPayload(jws);
  } catch (cause) {
    throw notToken(cause);
  }
}

function notToken(cause: unknown): unknown {
  if (!(cause instanceof CryptoError)) return cause;
  return new DeviceError('DEVICE_TOKEN_INVALID', `Not a device token: ${cause.message}`, { cause });
}

function invalid(reason: string): DeviceError {
  return new DeviceError('DEVICE_TOKEN_INVALID', `The device token is refused: ${reason}`);
}
