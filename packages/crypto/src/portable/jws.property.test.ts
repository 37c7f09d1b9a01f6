import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  CryptoError,
  nodeVerifier,
  parseJws,
  readJwsPayload,
  signJws,
  signerFromSeed,
  verifyJws,
  type SignatureVerifier,
} from '../index.js';
import { sodiumVerifier } from '../sodium/sodium-verifier.js';
import { alteredBytes, alteredText, jsonObject } from '../../testing/index.js';

const signer = signerFromSeed(new Uint8Array(32).fill(0x41));
const payload = jsonObject(1);
const token = payload.map((members) => signJws({ typ: 'careledger.example+jws', payload: members }, signer));
const nodeAndSodium = [nodeVerifier(), sodiumVerifier()] as const;

/** Whether somebody who knows the signer's key would take the token. */
function isTaken(text: string, verifier: SignatureVerifier): boolean {
  try {
    return verifyJws(parseJws(text), signer.publicKey, verifier);
  } catch (error) {
    if (error instanceof CryptoError) return false;
    throw error;
  }
}

describe.each([
  ['node', nodeAndSodium[0]],
  ['sodium', nodeAndSodium[1]],
])('with the %s verifier', (_name, verifier) => {
  test('whatever is signed verifies and reads back', () => {
    fc.assert(
      fc.property(payload, (members) => {
        const parsed = parseJws(signJws({ typ: 'careledger.example+jws', payload: members }, signer));
        expect(verifyJws(parsed, signer.publicKey, verifier)).toBe(true);
        expect(readJwsPayload(parsed)).toEqual(members);
      }),
    );
  });

  test('a token with one character replaced, added or left out is refused', () => {
    const altered = token.chain((text) => alteredText(text));
    fc.assert(
      fc.property(altered, (text) => expect(isTaken(text, verifier)).toBe(false)),
      { numRuns: 500 },
    );
  });

  test('a signature, a message or a key with one bit flipped is refused', () => {
    const message = new Uint8Array(40).fill(7);
    const signature = signer.sign(message);
    fc.assert(
      fc.property(
        alteredBytes(signature),
        alteredBytes(message),
        alteredBytes(signer.publicKey),
        (otherSignature, otherMessage, otherKey) => {
          expect(verifier.verify(signer.publicKey, message, otherSignature)).toBe(false);
          expect(verifier.verify(signer.publicKey, otherMessage, signature)).toBe(false);
          expect(verifier.verify(otherKey, message, signature)).toBe(false);
        },
      ),
    );
  });
});

test('both verifiers answer alike, whatever is put before them', () => {
  const [node, sodium] = nodeAndSodium;
  const edge = fc.constantFrom(0x00, 0x01, 0x7f, 0x80, 0xec, 0xed, 0xee, 0xff);
  const half = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const special = fc
    .tuple(edge, edge, edge)
    .map(([first, middle, last]) => Uint8Array.of(first, ...Array<number>(30).fill(middle), last));
  const any = fc.oneof(half, special);
  fc.assert(
    fc.property(any, any, any, fc.uint8Array({ maxLength: 3 }), (key, r, s, message) => {
      const signature = Uint8Array.of(...r, ...s);
      expect(node.verify(key, message, signature)).toBe(sodium.verify(key, message, signature));
    }),
    { numRuns: 300 },
  );
});
