import { base32 } from '@scure/base';
import { ID_HASH_BYTES, ID_HASH_PREFIX, type DeviceId, type PatientId } from './ids.js';

/** A hash function as the callers have it (node:crypto on servers, anything else in a browser): SHA-256. */
type Sha256Function = (data: Uint8Array) => Uint8Array;

function idOfKey(prefix: string, letters: string, publicKey: Uint8Array, sha256: Sha256Function): string {
  if (publicKey.length !== 32)
    throw new RangeError(`A public key has 32 bytes, this one has ${publicKey.length}.`);
  const domain = new TextEncoder().encode(prefix);
  const input = new Uint8Array(domain.length + publicKey.length);
  input.set(domain);
  input.set(publicKey, domain.length);
  const body = base32.encode(sha256(input).subarray(0, ID_HASH_BYTES)).toLowerCase();
  return `${letters}_${body}`;
}

/** The pseudonym of the patient whose first consent key (raw Ed25519 public key, 32 bytes) this is. */
export function patientIdOf(consentKey: Uint8Array, sha256: Sha256Function): PatientId {
  return idOfKey(ID_HASH_PREFIX.patient, 'pat', consentKey, sha256);
}

/** The id of the device whose first key (raw Ed25519 public key, 32 bytes) this is. */
export function deviceIdOf(deviceKey: Uint8Array, sha256: Sha256Function): DeviceId {
  return idOfKey(ID_HASH_PREFIX.device, 'dev', deviceKey, sha256);
}
