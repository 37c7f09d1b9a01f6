import { sha256 } from '../wire/sha256.js';

function derLength(length: number): Buffer {
  return length < 0x80 ? Buffer.of(length) : Buffer.of(0x81, length);
}

function der(tag: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.of(tag), derLength(body.length), body]);
}

function derUnsigned(value: number): Buffer {
  let hex = value.toString(16);
  if (hex.length % 2 === 1) hex = `0${hex}`;
  if (parseInt(hex.slice(0, 2), 16) >= 0x80) hex = `00${hex}`;
  return der(0x02, Buffer.from(hex, 'hex'));
}

/** Fabric's block hash: SHA-256 of ASN.1 {number INTEGER, previousHash, dataHash OCTET STRING}. */
export function blockHash(number: number, previousHash: Buffer, dataHash: Buffer): Buffer {
  const fields = Buffer.concat([derUnsigned(number), der(0x04, previousHash), der(0x04, dataHash)]);
  return sha256(der(0x30, fields));
}
