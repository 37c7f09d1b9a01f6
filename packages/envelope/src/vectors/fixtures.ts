import {
  kidOf,
  okpPrivateKey,
  okpPublicKey,
  sha256,
  signerFromSeed,
  toBase64url,
  x25519FromPrivate,
} from '@careledger/crypto';
import type { JsonObject, Signer } from '@careledger/crypto';
import { CompactEncrypt } from 'jose';
import { makeWrapSet } from '../index.js';
import type { RecordAad, SealedRecord, Wrap, WrapSubject } from '../index.js';
import { JWE_ALGORITHMS } from '../jwe.js';
import { sealRecordWith } from '../seal-record.js';
import { wrapHeader } from '../wraps.js';
import type { Named, OpenVector } from './types.js';

/** Fixed keys and fixed randomness, so that the vectors come out the same each time. Never use these for anything else. */
export const author = signerFromSeed(new Uint8Array(32).fill(0x41));
export const gateway = signerFromSeed(new Uint8Array(32).fill(0x42));
/** A gateway key of the patient that was rotated away. */
export const formerGateway = signerFromSeed(new Uint8Array(32).fill(0x44));
/** When it was. */
export const ROTATED_AT = '2026-02-01T00:00:00.000Z';
export const provider = signerFromSeed(new Uint8Array(32).fill(0x43));
export const patient = x25519FromPrivate(new Uint8Array(32).fill(0x51));
export const hospital = x25519FromPrivate(new Uint8Array(32).fill(0x52));
export const stranger = x25519FromPrivate(new Uint8Array(32).fill(0x53));

export const PATIENT_ID = `pat_${'a'.repeat(32)}`;
export const RECORD_ID = `rec_${'b'.repeat(32)}`;
export const OTHER_RECORD_ID = `rec_${'c'.repeat(32)}`;

export const aad: RecordAad = {
  v: 2,
  recordId: RECORD_ID,
  version: 1,
  patientId: PATIENT_ID,
  author: PATIENT_ID,
  tagGroups: [['AAAAAAAAAAAAAAAAAAAAAA', 'BBBBBBBBBBBBBBBBBBBBBA'], ['CCCCCCCCCCCCCCCCCCCCCA']],
  prevVersionHash: null,
};
export const CONTENT = '{"resourceType":"Bundle","type":"collection"}';

const bytesOf = (label: string, length: number) => sha256(`careledger vector: ${label}`).subarray(0, length);

export function seal(
  label: string,
  overrides: Partial<RecordAad> = {},
  signer: Signer = author,
): SealedRecord {
  const content = new TextEncoder().encode(CONTENT);
  const randomness = { contentKey: bytesOf(`${label} key`, 32), iv: bytesOf(`${label} iv`, 12) };
  return sealRecordWith({ content, aad: { ...aad, ...overrides } }, signer, randomness);
}

/** A JWE with a given ephemeral key and IV and any header. */
export async function fixedJwe(
  label: string,
  publicKey: Uint8Array,
  plaintext: Uint8Array,
  header: JsonObject,
) {
  return new CompactEncrypt(plaintext)
    .setProtectedHeader({ ...JWE_ALGORITHMS, ...header })
    .setKeyManagementParameters({ epk: okpPrivateKey('X25519', bytesOf(`${label} epk`, 32)) })
    .setInitializationVector(bytesOf(`${label} jwe iv`, 12))
    .encrypt(okpPublicKey('X25519', publicKey));
}

export async function fixedWrap(
  label: string,
  publicKey: Uint8Array,
  contentKey: Uint8Array,
  subject: WrapSubject = aad,
  more: { header?: JsonObject; kid?: string } = {},
): Promise<Wrap> {
  const kid = more.kid ?? kidOf('X25519', publicKey);
  return {
    kid,
    jwe: await fixedJwe(label, publicKey, contentKey, { ...wrapHeader(kid, subject), ...more.header }),
  };
}

export const sealed = seal('record');
export const wraps: [Wrap, Wrap] = [
  await fixedWrap('patient', patient.publicKey, sealed.contentKey),
  await fixedWrap('hospital', hospital.publicKey, sealed.contentKey),
];
export const subject = { recordId: RECORD_ID, version: 1, manifestHash: sealed.manifestHash };
export const wrapSet = makeWrapSet({ ...subject, wraps }, author);

/** A vector that opens, to be spoiled in one place. */
export const good: Omit<Named<OpenVector>, 'name' | 'description'> = {
  type: 'open',
  manifest: sealed.manifest,
  wrapSet,
  wrap: wraps[1].jwe,
  ciphertext: toBase64url(sealed.ciphertext),
  recipientKey: toBase64url(hospital.privateKey),
  authorKeys: [toBase64url(author.publicKey)],
  wrapSigners: {
    author: [{ key: toBase64url(author.publicKey), from: '2026-01-01T00:00:00.000Z' }],
    gateway: [
      { key: toBase64url(formerGateway.publicKey), from: '2026-01-01T00:00:00.000Z', until: ROTATED_AT },
      { key: toBase64url(gateway.publicKey), from: ROTATED_AT },
    ],
  },
  expected: {
    recordId: RECORD_ID,
    patientId: PATIENT_ID,
    version: 1,
    author: PATIENT_ID,
    manifestHash: sealed.manifestHash,
  },
};
