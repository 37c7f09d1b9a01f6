import { createPublicKey, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** Orders of the curves that Fabric's MSP accepts (SEC 2, sections 2.4.2 and 2.5.1), by OpenSSL's curve name. */
const CURVE_ORDERS: Readonly<Record<string, bigint>> = {
  prime256v1: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  secp384r1:
    0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
};

function orderOf(key: KeyObject): bigint {
  const curve = key.asymmetricKeyDetails?.namedCurve ?? '';
  const order = CURVE_ORDERS[curve];
  if (order === undefined) throw new Error(`unsupported curve: ${curve}`);
  return order;
}

function derInteger(value: bigint): Buffer {
  let hex = value.toString(16);
  if (hex.length % 2 === 1) hex = `0${hex}`;
  const raw = Buffer.from(hex, 'hex');
  const body = (raw[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.of(0), raw]) : raw;
  return Buffer.concat([Buffer.of(0x02, body.length), body]);
}

function derSignature(r: bigint, s: bigint): Buffer {
  const body = Buffer.concat([derInteger(r), derInteger(s)]);
  return Buffer.concat([Buffer.of(0x30, body.length), body]);
}

/** S of a DER ECDSA signature (RFC 3279 section 2.2.3), or undefined when it is not one. */
function sOf(signature: Uint8Array): bigint | undefined {
  if (signature[0] !== 0x30 || signature[1] !== signature.length - 2 || signature[2] !== 0x02)
    return undefined;
  const sTag = 4 + (signature[3] ?? 0);
  const sLength = signature[sTag + 1] ?? 0;
  if (signature[sTag] !== 0x02 || sLength === 0 || sTag + 2 + sLength !== signature.length) return undefined;
  return BigInt(`0x${Buffer.from(signature.subarray(sTag + 2)).toString('hex')}`);
}

/** Signs with SHA-256 and a low S, as Fabric's BCCSP demands; OpenSSL alone gives a high S half of the time. */
export function signLowS(key: KeyObject, message: Uint8Array): Buffer {
  const fixed = sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' });
  const half = fixed.length / 2;
  const r = BigInt(`0x${fixed.subarray(0, half).toString('hex')}`);
  const s = BigInt(`0x${fixed.subarray(half).toString('hex')}`);
  const order = orderOf(key);
  return derSignature(r, s > order / 2n ? order - s : s);
}

/** Whether the signature holds; a high S is refused, so that a signature has one form only. */
export function verifyLowS(publicKey: KeyObject, message: Uint8Array, signature: Uint8Array): boolean {
  return isLowS(publicKey, signature) && verify('sha256', message, publicKey, signature);
}

/** {@link verifyLowS} on libuv's thread pool, for the many signatures of a block. */
export function verifyLowSAsync(
  publicKey: KeyObject,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  if (!isLowS(publicKey, signature)) return Promise.resolve(false);
  return new Promise((resolve, reject) => {
    verify('sha256', message, publicKey, signature, (error, valid) =>
      error ? reject(error) : resolve(valid),
    );
  });
}

function isLowS(publicKey: KeyObject, signature: Uint8Array): boolean {
  const s = sOf(signature);
  return s !== undefined && s > 0n && s <= orderOf(publicKey) / 2n;
}

/** The public half of a private key. */
export function publicHalf(privateKey: KeyObject): KeyObject {
  return createPublicKey(privateKey);
}
