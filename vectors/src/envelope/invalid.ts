import { signJws, toBase64url } from '@careledger/crypto';
import type { JsonObject } from '@careledger/crypto';
import { makeStoreReceipt, makeWrapSet, readManifest, TYP, tokenHash } from '@careledger/envelope';
import type { EnvelopeErrorCode, Wrap, WrapSubject } from '@careledger/envelope';
import {
  OTHER_RECORD_ID,
  PATIENT_ID,
  RECORD_ID,
  ROTATED_AT,
  author,
  fixedWrap,
  formerGateway,
  gateway,
  good,
  hospital,
  provider,
  seal,
  sealed,
  stranger,
  subject,
  wrapHeader,
  wrapSet,
  wraps,
} from './fixtures.js';
import { lowOrderJwe } from './low-order-jwe.js';
import type { OpenVector, ReceiptVector, SealedVector, EnvelopeVector } from '@careledger/envelope/testing';
import type { Vector } from '@careledger/spec';
import { acceptanceOf, formerSet, sealedBlob, storeReceipt } from './valid.js';

const [, goodWrap] = wraps;

type Case = [name: string, code: EnvelopeErrorCode, description: string, spoiled: Partial<OpenVector>];

export async function invalidEnvelopes(): Promise<Vector<EnvelopeVector>[]> {
  const open = [...ciphertextAttacks(), ...manifestAttacks(), ...(await wrapAttacks())].map(
    ([name, code, description, spoiled]): Vector<EnvelopeVector> => ({
      ...good,
      name,
      description,
      ...spoiled,
      code,
    }),
  );
  return [...open, ...(await sealedAttacks()), ...receiptAttacks()].sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
}

function ciphertextAttacks(): Case[] {
  const other = seal('another record', { recordId: OTHER_RECORD_ID });
  const flipped = sealed.ciphertext.map((byte, at) => (at === 20 ? byte ^ 1 : byte));
  return [
    [
      'ciphertext-swapped',
      'CIPHERTEXT_HASH_MISMATCH',
      'The ciphertext of another record',
      { ciphertext: toBase64url(other.ciphertext) },
    ],
    [
      'ciphertext-altered',
      'CIPHERTEXT_HASH_MISMATCH',
      'One bit flipped in the cloud',
      { ciphertext: toBase64url(flipped) },
    ],
    [
      'ciphertext-tag-truncated',
      'CIPHERTEXT_HASH_MISMATCH',
      'A tag of 12 bytes, which a lenient decipher would take',
      { ciphertext: toBase64url(sealed.ciphertext.subarray(0, -4)) },
    ],
    ['ciphertext-empty', 'CIPHERTEXT_HASH_MISMATCH', 'Nothing', { ciphertext: '' }],
  ];
}

function manifestAttacks(): Case[] {
  const second = seal('second version', { version: 2, prevVersionHash: sealed.manifestHash });
  const byProvider = seal('record', {}, provider);
  const forOther = seal('record', { author: 'aut_hospital' });
  const forOtherPatient = seal('record', { patientId: `pat_${'d'.repeat(32)}` });
  const retagged = resign({ aad: { ...readManifest(sealed.manifest).aad, tagGroups: [] } });
  const withoutHash = { recordId: RECORD_ID, patientId: PATIENT_ID, version: 1, author: PATIENT_ID };
  const offer = (manifest: string, expected: OpenVector['expected'] = withoutHash) => ({
    manifest,
    expected,
  });
  return [
    [
      'manifest-of-another-author',
      'MANIFEST_SIGNER_UNKNOWN',
      'Made and signed by the provider',
      offer(byProvider.manifest),
    ],
    [
      'manifest-names-another-author',
      'AAD_MISMATCH',
      'Signed by the author for somebody else’s name',
      offer(forOther.manifest),
    ],
    [
      'manifest-of-another-patient',
      'AAD_MISMATCH',
      'The same author’s record of another patient',
      offer(forOtherPatient.manifest),
    ],
    [
      'manifest-of-another-record',
      'AAD_MISMATCH',
      'Another record of the same patient',
      offer(seal('record', { recordId: OTHER_RECORD_ID }).manifest),
    ],
    [
      'old-version-replayed',
      'VERSION_MISMATCH',
      'Version 1 offered where version 2 is asked for',
      { expected: { ...withoutHash, version: 2 } },
    ],
    [
      'old-version-replayed-against-ledger-hash',
      'MANIFEST_HASH_MISMATCH',
      'Version 1 offered as the newest: the ledger has the hash of version 2',
      { expected: { recordId: RECORD_ID, patientId: PATIENT_ID, manifestHash: second.manifestHash } },
    ],
    [
      'manifest-altered',
      'MANIFEST_SIGNATURE_INVALID',
      'Tag groups replaced under the author’s signature',
      offer(transplant(retagged)),
    ],
    [
      'manifest-extra-member',
      'MANIFEST_MALFORMED',
      'A member that this version does not know',
      offer(resign({ algorithm: 'none' })),
    ],
    ['manifest-size-absent', 'MANIFEST_MALFORMED', 'No size', offer(resign({ size: null }))],
    [
      'manifest-of-another-type',
      'MANIFEST_MALFORMED',
      'The author’s wrap set offered as manifest',
      offer(wrapSet),
    ],
    [
      'aad-changed-by-author-after-sealing',
      'DECRYPTION_FAILED',
      'A signed manifest whose AAD is not the one that was sealed',
      {
        ...offer(retagged),
        wrapSet: makeWrapSet({ ...subject, manifestHash: tokenHash(retagged), wraps: [goodWrap] }, author),
        wrap: goodWrap.jwe,
      },
    ],
  ];
}

async function wrapAttacks(): Promise<Case[]> {
  const earlierFormerSet = makeWrapSet({ ...subject, seq: 2, wraps: [goodWrap] }, formerGateway);
  const inTime = { token: '', ...acceptanceOf(formerSet, '2026-01-02T00:00:00Z') };
  const { contentKey } = sealed;
  const otherKey = seal('another record').contentKey;
  const other = { recordId: OTHER_RECORD_ID, version: 1 };
  const toHospital = (label: string, key: Uint8Array, of: WrapSubject = subject) =>
    fixedWrap(label, hospital.publicKey, key, { of });
  const withWrap = (wrap: Wrap) => ({
    wrapSet: makeWrapSet({ ...subject, wraps: [wrap] }, author),
    wrap: wrap.jwe,
  });
  const unsigned = await fixedWrap('unsigned', hospital.publicKey, contentKey);
  const header = async (more: JsonObject) =>
    withWrap(await fixedWrap('header', hospital.publicKey, contentKey, { header: more }));
  return [
    [
      'content-key-swapped',
      'KEY_COMMITMENT_MISMATCH',
      'A wrap of another key: partitioning oracle',
      withWrap(await toHospital('swap', otherKey)),
    ],
    [
      'content-key-short',
      'KEY_COMMITMENT_MISMATCH',
      'A wrap of 16 bytes',
      withWrap(await toHospital('short', otherKey.subarray(16))),
    ],
    [
      'wrap-of-another-record',
      'WRAP_HEADER_MISMATCH',
      'The wrap’s protected header names another record',
      withWrap(await toHospital('other record', contentKey, other)),
    ],
    [
      'wrap-of-another-version',
      'WRAP_HEADER_MISMATCH',
      'The wrap’s protected header names another version',
      withWrap(await toHospital('other version', contentKey, { ...subject, version: 2 })),
    ],
    [
      'wrap-header-zip',
      'WRAP_HEADER_MISMATCH',
      'Compression asked for: a small wrap that swells',
      await header({ zip: 'DEF' }),
    ],
    [
      'wrap-header-other-type',
      'WRAP_HEADER_MISMATCH',
      'A sealed blob offered as a wrap',
      await header({ typ: TYP.sealed }),
    ],
    [
      'wrap-to-another-key-under-my-kid',
      'DECRYPTION_FAILED',
      'Encrypted to somebody else, labelled as mine',
      withWrap(await fixedWrap('label', stranger.publicKey, contentKey, { kid: hospital.kid })),
    ],
    [
      'wrap-tag-truncated',
      'DECRYPTION_FAILED',
      'The JWE’s tag cut to 12 bytes',
      withWrap({ ...goodWrap, jwe: goodWrap.jwe.slice(0, -6) }),
    ],
    [
      'wrap-ephemeral-key-of-low-order',
      'DECRYPTION_FAILED',
      'epk of zeros: everybody knows the agreed key (RFC 7748 section 6.1)',
      withWrap({ kid: hospital.kid, jwe: lowOrderJwe(contentKey, wrapHeader(hospital.kid, subject)) }),
    ],
    [
      'not-a-recipient',
      'NOT_A_RECIPIENT',
      'A key that nobody wrapped to',
      { recipientKey: toBase64url(stranger.privateKey) },
    ],
    [
      'wrap-that-the-set-does-not-sign-for',
      'WRAP_MISMATCH',
      'A provider makes a wrap itself, to a key that was left out',
      { wrap: unsigned.jwe },
    ],
    [
      'wrap-set-by-a-former-gateway-key',
      'WRAP_SIGNER_RETIRED',
      'A stolen key that was rotated away signs a set',
      { wrapSet: formerSet },
    ],
    [
      'wrap-set-by-a-former-gateway-key-accepted-too-late',
      'WRAP_SIGNER_RETIRED',
      'The provider took it at the very time of the rotation',
      { wrapSet: formerSet, acceptance: acceptanceOf(formerSet, ROTATED_AT) },
    ],
    [
      'wrap-set-by-a-former-gateway-key-under-another-acceptance',
      'WRAP_SIGNER_RETIRED',
      'The provider took another set of that key in time',
      { wrapSet: formerSet, acceptance: acceptanceOf(formerSet, '2026-01-02T00:00:00Z', earlierFormerSet) },
    ],
    [
      'wrap-set-by-a-former-gateway-key-accepted-by-nobody',
      'WRAP_SIGNER_RETIRED',
      'The thief signs the acceptance too',
      {
        wrapSet: formerSet,
        acceptance: { ...inTime, keys: [toBase64url(author.publicKey)] },
      },
    ],
    [
      'first-wrap-set-by-the-gateway-of-another-author',
      'WRAP_SIGNER_UNKNOWN',
      'Only the author signs the first set',
      { wrapSet: makeWrapSet({ ...subject, wraps }, gateway) },
    ],
    [
      'later-wrap-set-by-the-author',
      'WRAP_SIGNER_UNKNOWN',
      'Only the patient’s gateway signs later sets',
      { wrapSet: makeWrapSet({ ...subject, seq: 2, wraps }, author) },
    ],
    [
      'wrap-set-signed-by-provider',
      'WRAP_SIGNER_UNKNOWN',
      'The provider lets in whom it likes',
      { wrapSet: makeWrapSet({ ...subject, wraps: [goodWrap] }, provider) },
    ],
    [
      'wrap-set-of-another-manifest',
      'WRAP_SET_MISMATCH',
      'The wraps of another version, offered with this one',
      { wrapSet: makeWrapSet({ ...subject, manifestHash: tokenHash(wrapSet), wraps: [goodWrap] }, author) },
    ],
    [
      'wrap-set-altered',
      'WRAP_SIGNATURE_INVALID',
      'A wrap removed under the author’s signature',
      { wrapSet: graft(makeWrapSet({ ...subject, wraps: [goodWrap] }, author), wrapSet) },
    ],
    [
      'wrap-set-is-the-manifest',
      'WRAP_SET_MALFORMED',
      'The author’s manifest offered as wrap set',
      { wrapSet: sealed.manifest },
    ],
    [
      'wrap-set-without-wraps',
      'WRAP_SET_MALFORMED',
      'Nobody can open it',
      { wrapSet: signJws({ typ: TYP.wraps, payload: { v: 2, ...subject, seq: 1, wraps: [] } }, author) },
    ],
  ];
}

async function sealedAttacks(): Promise<Vector<SealedVector>[]> {
  const blob = await sealedBlob();
  const base: Vector<SealedVector> = { ...blob };
  delete base.data;
  return [
    {
      ...base,
      name: 'sealed-blob-moved',
      description: 'A blob moved to where another kind is expected',
      context: 'grant',
      code: 'SEALED_CONTEXT_MISMATCH',
    },
    {
      ...base,
      name: 'sealed-blob-of-others',
      description: 'Sealed to another key',
      recipientKey: toBase64url(stranger.privateKey),
      code: 'NOT_A_RECIPIENT',
    },
    {
      ...base,
      name: 'sealed-blob-altered',
      description: 'Its last byte replaced',
      sealed: `${blob.sealed.slice(0, -4)}AAAA`,
      code: 'DECRYPTION_FAILED',
    },
    {
      ...base,
      name: 'sealed-blob-is-no-jwe',
      description: 'Text',
      sealed: 'in-the-clear',
      code: 'SEALED_MALFORMED',
    },
  ];
}

function receiptAttacks(): Vector<ReceiptVector>[] {
  const base = {
    type: 'receipt' as const,
    providerKeys: [toBase64url(provider.publicKey)],
    expected: { recordId: RECORD_ID, version: 1 },
  };
  const token = makeStoreReceipt(storeReceipt, provider);
  return [
    {
      ...base,
      name: 'receipt-of-another-version',
      description: 'An old receipt again',
      receipt: token,
      expected: { version: 2 },
      code: 'RECEIPT_MISMATCH',
    },
    {
      ...base,
      name: 'receipt-by-nobody',
      description: 'Signed by the author itself',
      receipt: makeStoreReceipt(storeReceipt, author),
      code: 'RECEIPT_SIGNER_UNKNOWN',
    },
    {
      ...base,
      name: 'receipt-altered',
      description: 'Another block number',
      receipt: graft(makeStoreReceipt({ ...storeReceipt, blockNumber: 8 }, provider), token),
      code: 'RECEIPT_SIGNATURE_INVALID',
    },
  ];
}

/** The author’s manifest with members replaced (null: left out), signed properly. */
function resign(members: JsonObject): string {
  const kept = Object.entries({ ...readManifest(sealed.manifest), ...members }).filter(
    ([, value]) => value !== null,
  );
  const payload: JsonObject = Object.fromEntries(kept);
  return signJws({ typ: TYP.manifest, payload }, author);
}

/** A payload under the signature of the good manifest. */
function transplant(token: string): string {
  return graft(token, sealed.manifest);
}

/** Header and payload of one token, signature of another. */
function graft(content: string, signature: string): string {
  return `${content.slice(0, content.lastIndexOf('.'))}.${signature.slice(signature.lastIndexOf('.') + 1)}`;
}
