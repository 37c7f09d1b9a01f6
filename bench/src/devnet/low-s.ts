import { sign, type KeyObject } from 'node:crypto';

/** Half the order of P-256 (SEC 2, section 2.4.2): Fabric refuses signatures with a larger S. */
const HALF_ORDER = Buffer.from('7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8', 'hex');
const INTEGER_HEADER_BYTES = 2;
const SEQUENCE_HEADER_BYTES = 2;

/** Signs with node:crypto until S is low, which every other signature is: cheaper than to negate it. DER. */
export function signLowS(key: KeyObject, message: Uint8Array): Buffer {
  for (;;) {
    const der = sign('sha256', message, key);
    if (hasLowS(der)) return der;
  }
}

/** An integer of 33 bytes begins with a zero because its top bit is set (X.690 section 8.3). */
function hasLowS(der: Buffer): boolean {
  const r = der[SEQUENCE_HEADER_BYTES + 1] ?? 0;
  const s = der.subarray(SEQUENCE_HEADER_BYTES + INTEGER_HEADER_BYTES + r + INTEGER_HEADER_BYTES);
  return s.length < HALF_ORDER.length || (s.length === HALF_ORDER.length && s.compare(HALF_ORDER) <= 0);
}
