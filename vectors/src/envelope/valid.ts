import { sha256, toBase64url, utf8 } from '@careledger/crypto';
import { recordIdOf, type ScopeTerm } from '@careledger/domain';
import {
  TYP,
  granteeTag,
  keyCommitment,
  makeStoreReceipt,
  makeWrapSet,
  makeWrapsAcceptance,
  readWrapSet,
  recordSeedFor,
  saltedHash,
  scopeTag,
} from '@careledger/envelope';
import { askedScopeHash, copyUnitHash } from '@careledger/envelope/portable';
import {
  CONTENT,
  PATIENT_ID,
  RECORD_ID,
  author,
  fixedJwe,
  fixedWrap,
  formerGateway,
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
import type {
  DerivedVector,
  OpenVector,
  ReceiptVector,
  SealedVector,
  EnvelopeVector,
} from '@careledger/envelope/testing';
import type { Vector } from '@careledger/spec';

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

export async function validEnvelopes(): Promise<Vector<EnvelopeVector>[]> {
  return [...(await openable()), await sealedBlob(), receipt(), ...derived()].sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
}

/** The wraps as the former gateway key signed them. */
export const formerSet = makeWrapSet({ ...subject, seq: 2, wraps }, formerGateway);

/** A provider's acceptance as a vector has it. */
export function acceptanceOf(wrapSet: string, acceptedAt: string, set = wrapSet): OpenVector['acceptance'] {
  const token = makeWrapsAcceptance(
    { wrapSet: set, set: readWrapSet(set), provider: 'prv_cloud-a', acceptedAt },
    provider,
  );
  return { token, keys: [toBase64url(provider.publicKey)] };
}

async function openable(): Promise<Vector<OpenVector>[]> {
  const next = seal('second version', { version: 2, prevVersionHash: sealed.manifestHash });
  const version2 = { recordId: RECORD_ID, version: 2, manifestHash: next.manifestHash };
  const nextWrap = await fixedWrap('v2', hospital.publicKey, next.contentKey, { of: version2 });
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
      wrap: wraps[0].jwe,
      recipientKey: toBase64url(patient.privateKey),
      content: CONTENT,
    },
    {
      ...good,
      name: 'open-later-grantee',
      description: 'A wrap added later: seq 2, signed by the patient’s gateway',
      wrapSet: makeWrapSet({ ...subject, seq: 2, wraps: [...wraps, later] }, gateway),
      wrap: later.jwe,
      recipientKey: toBase64url(stranger.privateKey),
      content: CONTENT,
    },
    {
      ...good,
      name: 'open-set-of-a-former-gateway-key',
      description: 'A provider signed that it took the set while its signer was current',
      wrapSet: formerSet,
      acceptance: acceptanceOf(formerSet, '2026-01-31T23:59:59.999Z'),
      content: CONTENT,
    },
    {
      ...good,
      name: 'open-second-version',
      description: 'Version 2 names the manifest of version 1',
      manifest: next.manifest,
      ciphertext: toBase64url(next.ciphertext),
      wrapSet: makeWrapSet({ ...version2, wraps: [nextWrap] }, author),
      wrap: nextWrap.jwe,
      expected: { ...good.expected, version: 2, manifestHash: next.manifestHash },
      content: CONTENT,
    },
  ];
}

export async function sealedBlob(): Promise<Vector<SealedVector>> {
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

function receipt(): Vector<ReceiptVector> {
  return {
    name: 'receipt',
    type: 'receipt',
    description: 'A provider’s receipt for what it stored',
    receipt: makeStoreReceipt(storeReceipt, provider),
    providerKeys: [toBase64url(provider.publicKey)],
    expected: { recordId: RECORD_ID, version: 1, manifestHash: sealed.manifestHash },
  };
}

/** Terms of each form but categories. */
const SCOPE_TERMS: readonly (readonly [name: string, description: string, term: ScopeTerm])[] = [
  ['a-label', 'A security label', { label: 'R' }],
  ['a-code', 'A clinical code', { system: 'http://loinc.org', code: '2339-0' }],
  ['an-author', 'What an authority wrote', { author: 'aut_hospital' }],
  [
    'a-practitioner',
    'What one of its practitioners wrote',
    { author: 'aut_hospital', practitionerId: `prc_${'p'.repeat(32)}` },
  ],
  ['a-visit', 'What belongs to a visit', { encounter: 'c9Xr4TmQy2LhV7sKb0WnEw' }],
  ['a-record', 'One record', { recordId: RECORD_ID }],
];

function derived(): Vector<DerivedVector>[] {
  const key = new Uint8Array(32).fill(0x61);
  const secret = toBase64url(key);
  const scope = [
    { category: 'laboratory', resourceType: 'Observation' },
    { category: 'vital-signs', resourceType: '*' },
  ];
  const identity = { patientId: PATIENT_ID, kind: 'periodic', key: '2026-01-01T00:00:00.000Z' };
  const seed = recordSeedFor(key, identity);
  const named = { author: 'aut_hospital', patientId: PATIENT_ID, seed };
  const terms = { category: 'vital-signs', resourceType: 'Observation' };
  const grantee = { authorityId: 'aut_hospital', unit: 'cardiology' };
  const type = 'derived' as const;
  return [
    {
      name: 'record-seed',
      type,
      description: 'Of a periodic record',
      what: 'record-seed',
      secret,
      input: identity,
      result: seed,
    },
    {
      name: 'record-id',
      type,
      description: 'Of author, patient and seed: no secret is needed to check it',
      what: 'record-id',
      secret: null,
      input: named,
      result: recordIdOf(named, sha256),
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
    ...SCOPE_TERMS.map(([name, description, input]): Vector<DerivedVector> => ({
      ...{ name: `scope-tag-of-${name}`, type, description, secret },
      what: 'scope-tag',
      input,
      result: scopeTag(key, input),
    })),
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
    {
      name: 'asked-scope',
      type,
      description: 'Records that an authority asks for; secret is the salt',
      what: 'asked-scope',
      secret,
      input: scope,
      result: askedScopeHash(sha256, { scope, scopeSalt: secret }),
    },
    {
      name: 'copy-unit',
      type,
      description: 'Unit at which a copy is kept; secret is the salt',
      what: 'copy-unit',
      secret,
      input: 'ward-4',
      result: copyUnitHash(sha256, { unit: 'ward-4', salt: secret }),
    },
  ];
}
