import { createHash } from 'node:crypto';

const DER_SEQUENCE = 0x30;
const DER_INTEGER = 0x02;
const DER_OCTET_STRING = 0x04;
const DER_LONG_FORM = 0x80;

/**
 * Hash of a block header as Fabric computes it: SHA-256 of the ASN.1 DER of
 * SEQUENCE {number INTEGER, previousHash OCTET STRING, dataHash OCTET STRING} (protoutil.BlockHeaderBytes).
 */
export function blockHeaderHash(number: bigint, previousHash: Uint8Array, dataHash: Uint8Array): Uint8Array {
  const body = Buffer.concat([
    der(DER_INTEGER, integerBytes(number)),
    der(DER_OCTET_STRING, previousHash),
    der(DER_OCTET_STRING, dataHash),
  ]);
  return createHash('sha256').update(der(DER_SEQUENCE, body)).digest();
}

function integerBytes(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex');
  return (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
}

function der(tag: number, content: Uint8Array): Buffer {
  // Three fields of at most 33 bytes: the short form always does.
  if (content.length >= DER_LONG_FORM) throw new RangeError('Hashes of a block header have at most 32 bytes');
  return Buffer.concat([Buffer.of(tag, content.length), content]);
}
