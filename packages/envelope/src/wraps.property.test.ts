import { nodeVerifier, signerFromSeed, toBase64url, x25519FromPrivate } from '@careledger/crypto';
import { alteredText } from '@careledger/crypto/testing';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  EnvelopeError,
  checkWrapSet,
  makeWrapSet,
  matchWraps,
  readManifest,
  readWrapSet,
  sealRecord,
  unwrapKey,
  wrapKey,
} from './index.js';

const author = signerFromSeed(new Uint8Array(32).fill(1));
const recipients = [2, 3, 4, 5].map((seed) => x25519FromPrivate(new Uint8Array(32).fill(seed)));
const subject = { recordId: `rec_${'b'.repeat(32)}`, version: 1 };
const aad = {
  v: 2 as const,
  ...subject,
  patientId: `pat_${'a'.repeat(32)}`,
  author: 'aut_lab',
  tagGroups: [],
  prevVersionHash: null,
};
const sealed = sealRecord({ content: Uint8Array.of(1, 2, 3), aad }, author);
const wraps = await Promise.all(
  recipients.map(({ publicKey }) => wrapKey(sealed.contentKey, subject, { publicKey })),
);
const jwes = wraps.map(({ jwe }) => jwe);
const wrapSet = makeWrapSet({ ...subject, manifestHash: sealed.manifestHash, wraps }, author);
const set = readWrapSet(wrapSet);
const manifest = readManifest(sealed.manifest);
const signers = {
  author: [{ key: toBase64url(author.publicKey), from: '2026-01-01T00:00:00Z' }],
  gateway: [],
  verifier: nodeVerifier(),
};

test('no other choice or order of wraps passes for those that a set signs for', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: jwes.length - 1 }), { maxLength: jwes.length + 1 }), (choice) => {
      const offered = choice.map((index) => jwes[index] ?? '');
      const isTheSet = offered.length === jwes.length && offered.every((jwe, index) => jwe === jwes[index]);
      if (isTheSet) expect(matchWraps(set, offered).map(({ jwe }) => jwe)).toEqual(jwes);
      else expect(() => matchWraps(set, offered)).toThrow(EnvelopeError);
    }),
    { numRuns: 200 },
  );
});

test('with one character altered, a wrap opens to nothing, and a set is nobody’s', async () => {
  const [key] = recipients;
  const [jwe = ''] = jwes;
  if (key === undefined) throw new Error('no recipient');
  await fc.assert(
    fc.asyncProperty(alteredText(jwe), alteredText(wrapSet), async (wrap, token) => {
      if (wrap !== jwe)
        await expect(unwrapKey(wrap, set, manifest, key)).rejects.toBeInstanceOf(EnvelopeError);
      if (token !== wrapSet)
        expect(() => checkWrapSet(token, sealed.manifest, manifest, signers)).toThrow(EnvelopeError);
    }),
    { numRuns: 200 },
  );
});
