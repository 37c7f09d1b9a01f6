import { aesGcmSeal, concatBytes, sha256, toBase64url, utf8 } from '@careledger/crypto';
import type { JsonObject } from '@careledger/crypto';
import { JWE_ALGORITHMS } from '../src/portable/seal-to-one.js';

/** A compact JWE whose ephemeral key and agreed secret are given: as from a sender who chose them by hand. */
export function jweUnder(
  { ephemeralKey, sharedSecret }: { ephemeralKey: Uint8Array; sharedSecret: Uint8Array },
  plaintext: Uint8Array,
  header: JsonObject,
): string {
  const epk = { crv: 'X25519', kty: 'OKP', x: toBase64url(ephemeralKey) };
  const encoded = toBase64url(utf8(JSON.stringify({ ...JWE_ALGORITHMS, ...header, epk })));
  const sealed = aesGcmSeal(agreedKey(sharedSecret), plaintext, utf8(encoded), new Uint8Array(12));
  const [iv, ciphertext, tag] = [sealed.subarray(0, 12), sealed.subarray(12, -16), sealed.subarray(-16)];
  return [encoded, '', ...[iv, ciphertext, tag].map(toBase64url)].join('.');
}

/** Concat KDF (RFC 7518 section 4.6.2, NIST SP 800-56A) for 256 bits, without apu and apv. */
function agreedKey(sharedSecret: Uint8Array): Uint8Array {
  const algorithm = utf8(JWE_ALGORITHMS.enc);
  const empty = uint32(0);
  return sha256(
    concatBytes(uint32(1), sharedSecret, uint32(algorithm.length), algorithm, empty, empty, uint32(256)),
  );
}

function uint32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}
