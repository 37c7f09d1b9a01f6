import type { JsonObject } from '@careledger/crypto';
import { jweUnder } from '@careledger/envelope/testing';

/**
 * A compact JWE whose ephemeral key is the point of order 4, u = 0: the agreed secret is 32 zero bytes for every
 * recipient, so that anybody can make and read it. Its tag is right; only the check of RFC 7748 section 6.1 stops it.
 */
export function lowOrderJwe(plaintext: Uint8Array, header: JsonObject): string {
  const zeros = new Uint8Array(32);
  return jweUnder({ ephemeralKey: zeros, sharedSecret: zeros }, plaintext, header);
}
