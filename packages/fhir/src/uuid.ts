import { hash } from 'node:crypto';

/** Name space of this project's names (RFC 9562, section 6.6): drawn once at random, never changed. */
const NAMESPACE = Buffer.from('7d0f3c1ee1b24c8f9a5b6a2f4c9d8e13', 'hex');
const UUID_BYTES = 16;
const VERSION_5 = 0x50;
const VARIANT_RFC9562 = 0x80;

/** The UUID of a name: RFC 9562, section 5.5 (version 5, SHA-1; for names, not for security). */
export function uuidOf(name: string): string {
  const digest = hash('sha1', Buffer.concat([NAMESPACE, Buffer.from(name, 'utf8')]), 'buffer');
  const bytes = digest.subarray(0, UUID_BYTES);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | VERSION_5;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | VARIANT_RFC9562;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
