/** Order of P-256 (FIPS 186-5, SP 800-186). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const COORDINATE_BYTES = 32;

/** DER of a signature in r‖s form, with the S of both that is in the lower half of the order: Fabric takes no other. */
export function inLowS(signature: Buffer): Buffer {
  return withS(signature, (s) => (s > ORDER / 2n ? ORDER - s : s));
}

/** DER of a signature in r‖s form, with the S of both that Fabric refuses. */
export function inHighS(signature: Buffer): Buffer {
  return withS(signature, (s) => (s > ORDER / 2n ? s : ORDER - s));
}

function withS(signature: Buffer, choose: (s: bigint) => bigint): Buffer {
  const s = choose(BigInt(`0x${signature.subarray(COORDINATE_BYTES).toString('hex')}`));
  const sBytes = Buffer.from(s.toString(16).padStart(COORDINATE_BYTES * 2, '0'), 'hex');
  const body = Buffer.concat([derInteger(signature.subarray(0, COORDINATE_BYTES)), derInteger(sBytes)]);
  return Buffer.concat([Buffer.of(0x30, body.length), body]);
}

function derInteger(bytes: Buffer): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0);
  const trimmed = bytes.subarray(start);
  // An integer of DER is signed.
  const body = (trimmed[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), trimmed]) : trimmed;
  return Buffer.concat([Buffer.of(2, body.length), body]);
}
