import { toBase64url, utf8 } from '@careledger/crypto';
import {
  TYP,
  granteeTag,
  keyCommitment,
  makeStoreReceipt,
  makeWrapSet,
  recordIdFor,
  saltedHash,
  scopeTag,
} from '../index.js';
import {
  CONTENT,
  PATIENT_ID,
  RECORD_ID,
  fixedJwe,
  fixedWrap,
  gateway,
  good,
  hospital,
  patient,
  provider,
  seal,
  sealed,
  stranger,
  subject,
  wraps,
} from './fixtures.js';
import type { DerivedVector, Named, OpenVector, ReceiptVector, SealedVector } from './types.js';

export const storeReceipt = {
  recordId: RECORD_ID,
  version: 1,
  ciphertextSha256: sealed.ciphertextSha256,
  manifestHash: sealed.manifestHash,
  provider: 'prv_cloud-a',
  txId: '0f'.repeat(32),
  blockNumber: 7,
  storedAt: '2026-01-01T00:00:00.000Z',
};

export async function validEnvelopes(): Promise<Named[]> {
  return [...(await openable()), await sealedBlob(), receipt(), ...derived()].sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
}

async function openable(): Promise<Named<OpenVector>[]> {
  const next = seal('second version', { version: 2, prevVersionHash: sealed.manifestHash });
  const version2 = { recordId: RECORD_ID, version: 2, manifestHash: next.manifestHash };
  const later = await fixedWrap('stranger', stranger.publicKey, sealed.contentKey);
  return [
    {
      ...good,
      name: 'open',
      description: 'Version 1, wrapped by its author to patient and hospital',
      content: CONTENT,
    },
    {
      ...good,
      name: 'open-by-patient',
      description: 'The same, opened by the other recipient',
      recipientKey: toBase64url(patient.privateKey),
      content: CONTENT,
    },
    {
      ...good,
      name: 'open-later-grantee',
      description: 'A wrap added later: seq 2, signed by the patient’s gateway',
      wrapSet: makeWrapSet({ ...subject, seq: 2, wraps: [...wraps, later] }, gateway),
      recipientKey: toBase64url(stranger.privateKey),
      content: CONTENT,
    },
    {
      ...good,
      name: 'open-second-version',
      description: 'Version 2 names the manifest of version 1',
      manifest: next.manifest,
      ciphertext: toBase64url(next.ciphertext),
      wrapSet: makeWrapSet(
        { ...version2, wraps: [await fixedWrap('v2', hospital.publicKey, next.contentKey, version2)] },
        gateway,
      ),
      expected: { ...good.expected, version: 2, manifestHash: next.manifestHash },
      content: CONTENT,
    },
  ];
}

export async function sealedBlob(): Promise<Named<SealedVector>> {
  const header = { typ: TYP.sealed, kid: hospital.kid, ctx: 'example' };
  return {
    name: 'sealed-blob',
    type: 'sealed',
    description: 'A small blob for one recipient, bound to its context',
    sealed: await fixedJwe('sealed', hospital.publicKey, utf8('for the hospital'), header),
    recipientKey: toBase64url(hospital.privateKey),
    context: 'example',
    data: toBase64url(utf8('for the hospital')),
  };
}

function receipt(): Named<ReceiptVector> {
  return {
    name: 'receipt',
    type: 'receipt',
    description: 'A provider’s receipt for what it stored',
    receipt: makeStoreReceipt(storeReceipt, provider),
    providerKeys: [toBase64url(provider.publicKey)],
    expected: { recordId: RECORD_ID, version: 1, manifestHash: sealed.manifestHash },
  };
}

function derived(): Named<DerivedVector>[] {
  const key = new Uint8Array(32).fill(0x61);
  const secret = toBase64url(key);
  const place = { patientId: PATIENT_ID, kind: 'periodic', key: '2026-01-01T00:00:00.000Z' };
  const terms = { category: 'vital-signs', resourceType: 'Observation' };
  const narrowed = { ...terms, unit: 'cardiology' };
  const grantee = { authorityId: 'aut_hospital', unit: 'cardiology' };
  const type = 'derived' as const;
  return [
    {
      name: 'record-id',
      type,
      description: 'Of a periodic record',
      what: 'record-id',
      secret,
      input: place,
      result: recordIdFor(key, place),
    },
    {
      name: 'scope-tag',
      type,
      description: 'Category and resource type',
      what: 'scope-tag',
      secret,
      input: terms,
      result: scopeTag(key, terms),
    },
    {
      name: 'scope-tag-of-a-unit',
      type,
      description: 'Narrowed to a unit',
      what: 'scope-tag',
      secret,
      input: narrowed,
      result: scopeTag(key, narrowed),
    },
    {
      name: 'grantee-tag',
      type,
      description: 'A unit of an authority',
      what: 'grantee-tag',
      secret,
      input: grantee,
      result: granteeTag(key, grantee),
    },
    {
      name: 'key-commitment',
      type,
      description: 'Of a content key',
      what: 'key-commitment',
      secret,
      input: null,
      result: keyCommitment(key),
    },
    {
      name: 'salted-hash',
      type,
      description: 'secret is the salt, input the data as text',
      what: 'salted-hash',
      secret,
      input: 'visit',
      result: saltedHash(key, utf8('visit')),
    },
  ];
}
