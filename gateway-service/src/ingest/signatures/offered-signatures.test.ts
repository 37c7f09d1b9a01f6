import { generateEd25519, nodeVerifier, type SignatureVerifier } from '@careledger/crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SIGNATURE_SLOTS } from '../limits.js';
import { OfferedSignatures, type Offered } from './offered-signatures.js';
import type { SignedBytes } from './signed-bytes.js';
import { SLOT_MESSAGE_MAX_BYTES, SlotMemory } from './slot-memory.js';
import { SlotVerifier } from './slot-verifier.js';

const { signer } = generateEd25519();
const { publicKey } = signer;

function signed(text: string, isGood = true): SignedBytes {
  const message = Buffer.from(text);
  const signature = signer.sign(message);
  return { publicKey, message: isGood ? message : Buffer.from(`${text}!`), signature };
}

let offers: OfferedSignatures;
let other: SlotVerifier;
/** The other thread's side, on the same memory, by another verifier if need be. */
const otherSide = (verifier: SignatureVerifier = nodeVerifier()) =>
  new SlotVerifier(new SlotMemory(offers.memory.shared), verifier);
beforeEach(() => {
  offers = new OfferedSignatures();
  other = otherSide();
});

function offered(bytes: SignedBytes): Offered {
  const found = offers.offer(bytes);
  if (found === undefined) throw new Error('There is no room');
  return found;
}

/** As many as there is room for. */
function fill(): Offered[] {
  const all = Array.from({ length: SIGNATURE_SLOTS }, (_, n) => offered(signed(`${n}`)));
  expect(offers.offer(signed('one more'))).toBeUndefined();
  return all;
}

describe('a signature that was offered', () => {
  test('is answered by what it is, once the other thread has verified it', () => {
    const [good, bad] = [offered(signed('good')), offered(signed('bad', false))];
    while (other.verifyNext());
    expect([bad.take(publicKey), good.take(publicKey)]).toEqual([false, true]);
  });

  test('is nobody’s word for another key, the same bytes or not', () => {
    const one = offered(signed('one'));
    other.verifyNext();
    expect(one.take(generateEd25519().signer.publicKey)).toBeUndefined();
  });

  test('and taken back is verified by nobody else', () => {
    const early = offered(signed('early'));
    expect(early.take(publicKey)).toBeUndefined();
    expect(other.verifyNext()).toBe(false);
  });

  test('is not waited for while the other thread is at it, and does not answer for what comes after it', () => {
    const late = offered(signed('late', false));
    other = otherSide({
      verify: () => {
        expect(late.take(publicKey)).toBeUndefined();
        expect(offers.isWaiting).toBe(true);
        return true;
      },
    });
    expect(other.verifyNext()).toBe(true);
    expect(offers.isWaiting).toBe(false);
    const all = fill();
    expect(all.map((one) => one.take(publicKey))).toEqual(all.map(() => undefined));
  });

  test('too long for its place is not taken, the longest is', () => {
    expect(offers.offer(signed('x'.repeat(SLOT_MESSAGE_MAX_BYTES + 1)))).toBeUndefined();
    const longest = offered(signed('x'.repeat(SLOT_MESSAGE_MAX_BYTES)));
    other.verifyNext();
    expect(longest.take(publicKey)).toBe(true);
  });
});

test('the places are all that there are, and each is used again', () => {
  for (const isVerified of [true, false, true]) {
    const all = fill();
    if (isVerified) while (other.verifyNext());
    for (const one of all) expect(one.take(publicKey)).toBe(isVerified ? true : undefined);
  }
});

test('the other thread begins with what is needed last', () => {
  const all = Array.from({ length: 8 }, (_, n) => offered(signed(`${n}`)));
  for (let n = 0; n < 4; n++) other.verifyNext();
  expect(all.map((one) => one.take(publicKey))).toEqual([
    ...Array(4).fill(undefined),
    ...Array(4).fill(true),
  ]);
});

test('in whatever order it goes, an answer is the verifier’s, and everything finds room again', () => {
  const step = fc.oneof(
    fc.record({ offer: fc.boolean(), length: fc.integer({ min: 0, max: SLOT_MESSAGE_MAX_BYTES }) }),
    fc.record({ take: fc.nat() }),
    fc.constant('verify' as const),
  );
  // Signing takes longest, and is no part of it.
  const answerOf = (message: Uint8Array): boolean => message.length % 3 !== 0;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      offers = new OfferedSignatures();
      let verified = 0;
      other = otherSide({
        verify: (key, message, signature) => {
          verified++;
          expect([...key, ...signature]).toEqual(Array(96).fill(message.length % 251));
          return answerOf(message);
        },
      });
      const open: { readonly message: Uint8Array; readonly one: Offered }[] = [];
      let [count, answered] = [0, 0];
      const take = (n: number): void => {
        const [found] = open.splice(n % open.length, 1);
        const answer = found?.one.take(keyOf(found.message));
        if (answer === undefined || found === undefined) return;
        answered++;
        expect(answer).toBe(answerOf(found.message));
      };
      for (const next of steps) {
        if (next === 'verify') other.verifyNext();
        else if ('take' in next) {
          if (open.length > 0) take(next.take);
        } else {
          const message = new Uint8Array(next.length);
          const signature = new Uint8Array(64).fill(next.length % 251);
          open.push({ message, one: offered({ publicKey: keyOf(message), message, signature }) });
          count++;
        }
      }
      const before = verified;
      while (open.length > 0) take(0);
      expect(answered).toBe(before);
      expect(before).toBeLessThanOrEqual(count);
      expect(offers.isWaiting).toBe(false);
      for (let n = 0; n < SIGNATURE_SLOTS; n++) offered(signedOnce);
    }),
    { numRuns: 50 },
  );
});

const signedOnce = signed('once');
const keys = Array.from({ length: 251 }, (_, n) => new Uint8Array(32).fill(n));
/** One object for each key, as devices have theirs. */
function keyOf({ length }: Uint8Array): Uint8Array {
  return keys[length % keys.length] ?? new Uint8Array(32);
}
