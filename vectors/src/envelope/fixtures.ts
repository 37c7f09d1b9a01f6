import {
  aesGcmSeal,
  canonicalJson,
  kidOf,
  okpPrivateKey,
  okpPublicKey,
  sha256,
  signJws,
  signerFromSeed,
  toBase64url,
  utf8,
  x25519FromPrivate,
} from '@careledger/crypto';
import type { JsonObject, Signer } from '@careledger/crypto';
import { CompactEncrypt } from 'jose';
import { TYP, ciphertextHash, keyCommitment, makeWrapSet, tokenHash } from '@careledger/envelope';
import type { RecordAad, SealedRecord, Wrap, WrapSubject } from '@careledger/envelope';
import type { OpenVector } from '@careledger/envelope/testing';
import type { Vector } from '@careledger/spec';

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

const aad: RecordAad = {
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

/** As the package seals a record, which takes no key and no IV from outside. */
export function seal(
  label: string,
  overrides: Partial<RecordAad> = {},
  signer: Signer = author,
): SealedRecord {
  const bound = { ...aad, ...overrides };
  const contentKey = bytesOf(`${label} key`, 32);
  const iv = bytesOf(`${label} iv`, 12);
  const ciphertext = aesGcmSeal(contentKey, utf8(CONTENT), utf8(canonicalJson(bound)), iv);
  const ciphertextSha256 = ciphertextHash(ciphertext);
  const payload = {
    aad: bound,
    ciphertextSha256,
    keyCommitment: keyCommitment(contentKey),
    size: ciphertext.length,
  };
  const manifest = signJws({ typ: TYP.manifest, payload }, signer);
  return { ciphertext, manifest, manifestHash: tokenHash(manifest), ciphertextSha256, contentKey };
}

/** RFC 7518 sections 4.6 and 5.3. */
const JWE_ALGORITHMS = { alg: 'ECDH-ES', enc: 'A256GCM' } as const;

export function wrapHeader(kid: string, { recordId, version }: WrapSubject) {
  return { typ: TYP.wrap, kid, recordId, version };
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
  {
    of = aad,
    header,
    kid = kidOf('X25519', publicKey),
  }: { of?: WrapSubject; header?: JsonObject; kid?: string } = {},
): Promise<Wrap> {
  return { kid, jwe: await fixedJwe(label, publicKey, contentKey, { ...wrapHeader(kid, of), ...header }) };
}

export const sealed = seal('record');
export const wraps: [Wrap, Wrap] = [
  await fixedWrap('patient', patient.publicKey, sealed.contentKey),
  await fixedWrap('hospital', hospital.publicKey, sealed.contentKey),
];
export const subject = { recordId: RECORD_ID, version: 1, manifestHash: sealed.manifestHash };
export const wrapSet = makeWrapSet({ ...subject, wraps }, author);

/** A vector that opens; each attack spoils one part of it. */
export const good: Omit<Vector<OpenVector>, 'name' | 'description'> = {
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
