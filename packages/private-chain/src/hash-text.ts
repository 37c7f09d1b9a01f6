import { KID_PATTERN } from '@careledger/crypto/portable';

/** 32 bytes as base64url: a SHA-256 or a raw public key. One pattern owns this spelling, also for key IDs. */
const BYTES_32 = new RegExp(KID_PATTERN);

/** Whether the text is 32 bytes in canonical base64url (a hash or a raw Ed25519 public key). */
export function isBytes32(text: unknown): text is string {
  return typeof text === 'string' && BYTES_32.test(text);
}
