import {
  fromBase64url,
  fromUtf8,
  nodeVerifier,
  sha256,
  toBase64url,
  utf8,
  x25519FromPrivate,
} from '@careledger/crypto';
import { sodiumVerifier } from '@careledger/crypto/sodium';
import { recordIdOf } from '@careledger/domain';
import { loadVectors } from '@careledger/spec';
import { describe, expect, test } from '@jest/globals';
import {
  checkStoreReceipt,
  decryptFrom,
  granteeTag,
  keyCommitment,
  openRecord,
  recordSeedFor,
  saltedHash,
  scopeTag,
} from './index.js';
import { askedScopeHash, copyUnitHash } from './portable/index.js';
import type {
  DerivedVector,
  EnvelopeVector,
  OpenVector,
  ReceiptVector,
  SealedVector,
} from '../testing/vectors.js';

const valid = loadVectors<EnvelopeVector>('valid', 'envelope');
const invalid = loadVectors<EnvelopeVector>('invalid', 'envelope');
const refused = (code: string | undefined) => expect.objectContaining({ name: 'EnvelopeError', code });

function ofType<T extends EnvelopeVector>(vectors: readonly EnvelopeVector[], type: T['type']): T[] {
  return vectors.filter((vector): vector is T => vector.type === type);
}

describe.each([
  ['node', nodeVerifier()],
  ['sodium', sodiumVerifier()],
])('with %s', (_name, verifier) => {
  const open = (vector: OpenVector) =>
    openRecord({
      ...vector,
      ciphertext: fromBase64url(vector.ciphertext),
      recipientKey: x25519FromPrivate(fromBase64url(vector.recipientKey)),
      authorKeys: vector.authorKeys.map(fromBase64url),
      wrapSigners: {
        ...vector.wrapSigners,
        ...(vector.acceptance && {
          acceptance: { ...vector.acceptance, keys: vector.acceptance.keys.map(fromBase64url) },
        }),
      },
      verifier,
    });
  const checkReceipt = ({ receipt, expected, providerKeys }: ReceiptVector) =>
    checkStoreReceipt(receipt, expected, { keys: providerKeys.map(fromBase64url), verifier });

  test.each(ofType<OpenVector>(valid, 'open'))('$name', async (vector) => {
    expect(fromUtf8((await open(vector)).content)).toBe(vector.content);
  });
  test.each(ofType<OpenVector>(invalid, 'open'))('$name: $code', async (vector) => {
    await expect(open(vector)).rejects.toEqual(refused(vector.code));
  });
  test.each(ofType<ReceiptVector>(valid, 'receipt'))('$name', (vector) => {
    expect(checkReceipt(vector)).toMatchObject(vector.expected);
  });
  test.each(ofType<ReceiptVector>(invalid, 'receipt'))('$name: $code', (vector) => {
    expect(() => checkReceipt(vector)).toThrow(refused(vector.code));
  });
});

const unseal = ({ sealed, recipientKey, context }: SealedVector) =>
  decryptFrom(sealed, x25519FromPrivate(fromBase64url(recipientKey)), { context });

test.each(ofType<SealedVector>(valid, 'sealed'))('$name', async (vector) => {
  expect(toBase64url(await unseal(vector))).toBe(vector.data);
});

test.each(ofType<SealedVector>(invalid, 'sealed'))('$name: $code', async (vector) => {
  await expect(unseal(vector)).rejects.toEqual(refused(vector.code));
});

test.each(ofType<DerivedVector>(valid, 'derived'))('$name', (vector) => {
  expect(derive(vector)).toBe(vector.result);
});

function derive(vector: DerivedVector): string {
  if (vector.what === 'record-id') return recordIdOf(vector.input, sha256);
  const secret = fromBase64url(vector.secret);
  switch (vector.what) {
    case 'record-seed':
      return recordSeedFor(secret, vector.input);
    case 'scope-tag':
      return scopeTag(secret, vector.input);
    case 'grantee-tag':
      return granteeTag(secret, vector.input);
    case 'key-commitment':
      return keyCommitment(secret);
    case 'salted-hash':
      return saltedHash(secret, utf8(vector.input));
    case 'asked-scope':
      return askedScopeHash(sha256, { scope: vector.input, scopeSalt: vector.secret });
    case 'copy-unit':
      return copyUnitHash(sha256, { unit: vector.input, salt: vector.secret });
  }
}
