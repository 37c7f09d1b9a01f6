import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { NONCE_MAX_AGE_MS } from './limits.js';

const KEY_BYTES = 32;
const TIME_BYTES = 8;
const TAG_BYTES = 16;

/**
 * Nonces that prove that a device signed just now (the pattern of RFC 9449 section 8). They are not kept: each is the time
 * when it was given, with a tag that only this process can make, for one device.
 */
export class Nonces {
  readonly #key = randomBytes(KEY_BYTES);

  /** For one device; milliseconds since 1970. base64url. */
  give(deviceId: string, nowMs: number): string {
    const time = Buffer.alloc(TIME_BYTES);
    time.writeBigUInt64BE(BigInt(nowMs));
    return Buffer.concat([time, this.#tag(deviceId, time)]).toString('base64url');
  }

  /** When the nonce was given to this device; undefined if it was not, or is too old. */
  givenMs(nonce: string, deviceId: string, nowMs: number): number | undefined {
    const bytes = Buffer.from(nonce, 'base64url');
    if (bytes.length !== TIME_BYTES + TAG_BYTES) return undefined;
    const time = bytes.subarray(0, TIME_BYTES);
    if (!timingSafeEqual(bytes.subarray(TIME_BYTES), this.#tag(deviceId, time))) return undefined;
    const givenMs = Number(time.readBigUInt64BE());
    return givenMs <= nowMs && nowMs - givenMs <= NONCE_MAX_AGE_MS ? givenMs : undefined;
  }

  #tag(deviceId: string, time: Uint8Array): Uint8Array {
    return createHmac('sha256', this.#key).update(time).update(deviceId).digest().subarray(0, TAG_BYTES);
  }
}
