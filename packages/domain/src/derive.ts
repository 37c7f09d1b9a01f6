import { base32, base64urlnopad } from '@scure/base';
import { ID_HASH_BYTES, ID_HASH_PREFIX, type DeviceId, type PatientId, type RecordId } from './ids.js';

/** A hash function as the callers have it (node:crypto on servers, anything else in a browser): SHA-256. */
type Sha256Function = (data: Uint8Array) => Uint8Array;

function idOfKey(prefix: string, letters: string, publicKey: Uint8Array, sha256: Sha256Function): string {
  if (publicKey.length !== 32)
    throw new RangeError(`A public key has 32 bytes, this one has ${publicKey.length}.`);
  return idOfHash(prefix, letters, [publicKey], sha256);
}

function idOfHash(
  prefix: string,
  letters: string,
  parts: readonly Uint8Array[],
  sha256: Sha256Function,
): string {
  const all = [ascii(prefix), ...parts];
  const input = new Uint8Array(all.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of all) {
    input.set(part, at);
    at += part.length;
  }
  const body = base32.encode(sha256(input).subarray(0, ID_HASH_BYTES)).toLowerCase();
  return `${letters}_${body}`;
}

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The pseudonym of the patient whose first consent key (raw Ed25519 public key, 32 bytes) this is. */
export function patientIdOf(consentKey: Uint8Array, sha256: Sha256Function): PatientId {
  return idOfKey(ID_HASH_PREFIX.patient, 'pat', consentKey, sha256);
}

/** The id of the device whose first key (raw Ed25519 public key, 32 bytes) this is. */
export function deviceIdOf(deviceKey: Uint8Array, sha256: Sha256Function): DeviceId {
  return idOfKey(ID_HASH_PREFIX.device, 'dev', deviceKey, sha256);
}

/**
 * The id of the record whose author chose this seed (base64url, 32 bytes) for this patient. Anybody can check it without
 * a state, and nobody but this author can come first to it. The seed has a fixed length and ids hold no zero byte, so
 * no two inputs give the same bytes.
 * @param author PatientId or AuthorityId of whoever makes version 1
 */
export function recordIdOf(
  {
    author,
    patientId,
    seed,
  }: { readonly author: string; readonly patientId: PatientId; readonly seed: string },
  sha256: Sha256Function,
): RecordId {
  const seedBytes = base64urlnopad.decode(seed);
  if (seedBytes.length !== 32) throw new RangeError(`A seed has 32 bytes, this one has ${seedBytes.length}.`);
  const parts = [ascii(`${author}\0${patientId}\0`), seedBytes];
  return idOfHash(ID_HASH_PREFIX.record, 'rec', parts, sha256);
}
