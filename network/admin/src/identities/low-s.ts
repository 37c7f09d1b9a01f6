/** Order of the curve P-256 (SEC 2, 2.4.2). */
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const P256_HALF_ORDER = P256_ORDER >> 1n;

interface EcdsaSignature {
  readonly r: bigint;
  readonly s: bigint;
}

/** Reads `SEQUENCE { INTEGER r, INTEGER s }`; P-256 keeps every length below 128, so each takes one byte. */
function decodeDer(der: Uint8Array): EcdsaSignature {
  const rLength = der[3] ?? 0;
  const r = der.subarray(4, 4 + rLength);
  const sLength = der[5 + rLength] ?? 0;
  const s = der.subarray(6 + rLength, 6 + rLength + sLength);
  return { r: toBigInt(r), s: toBigInt(s) };
}

function toBigInt(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

function encodeInteger(value: bigint): Buffer {
  let hex = value.toString(16);
  if (hex.length % 2 === 1) hex = `0${hex}`;
  const bytes = Buffer.from(hex, 'hex');
  // A leading bit of 1 would make the INTEGER negative.
  const content = (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
  return Buffer.concat([Buffer.of(0x02, content.length), content]);
}

/** Whether a DER signature has the smaller of the two values that `s` may have; Fabric refuses the larger. */
export function isLowS(der: Uint8Array): boolean {
  return decodeDer(der).s <= P256_HALF_ORDER;
}

/** The same signature with the smaller `s`. */
export function toLowS(der: Uint8Array): Uint8Array {
  const { r, s } = decodeDer(der);
  if (s <= P256_HALF_ORDER) return der;
  const body = Buffer.concat([encodeInteger(r), encodeInteger(P256_ORDER - s)]);
  return Buffer.concat([Buffer.of(0x30, body.length), body]);
}
