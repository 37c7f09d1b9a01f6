import { nodeVerifier } from '@careledger/crypto';
import { alteredText } from '@careledger/crypto/testing';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FrameError } from '../errors.js';
import { MAX_UP_MS } from '../limits.js';
import { device } from '../../testing/fixtures.js';
import type { HelloPayload } from './hello.js';
import { makeHello } from './make.js';
import { parseHello, verifyHello } from './parse.js';

const verifier = nodeVerifier();
const name = fc.string({ unit: fc.constantFrom(...'abcXYZ019-_'), minLength: 1, maxLength: 32 });
const nonce = fc.option(name, { nil: null });
const clock = fc.record({
  v: fc.constant(2 as const),
  epoch: name,
  nonce,
  sent: fc.integer({ min: 0, max: 4_102_444_800_000 }).map((timeMs) => new Date(timeMs).toISOString()),
});
const boot = fc.record({
  v: fc.constant(2 as const),
  epoch: name,
  nonce,
  boot: name,
  up: fc.integer({ min: 0, max: MAX_UP_MS }),
});
const payload: fc.Arbitrary<HelloPayload> = fc.oneof(clock, boot);

test('a hello is read as it was signed', () => {
  fc.assert(
    fc.property(payload, (made) => {
      const hello = parseHello(makeHello(made, device));
      expect(hello).toMatchObject({ epoch: made.epoch, nonce: made.nonce, kid: device.kid });
      expect(hello.sentMs).toBe('sent' in made ? Date.parse(made.sent) : undefined);
      expect([hello.boot, hello.up]).toEqual('boot' in made ? [made.boot, made.up] : [undefined, undefined]);
      expect(verifyHello(hello, device.publicKey, verifier)).toBe(true);
    }),
  );
});

test('a hello with one character replaced, added or left out is refused', () => {
  const isTaken = (token: string): boolean => {
    try {
      return verifyHello(parseHello(token), device.publicKey, verifier);
    } catch (error) {
      if (error instanceof FrameError) return false;
      throw error;
    }
  };
  fc.assert(
    fc.property(
      payload.chain((made) => alteredText(makeHello(made, device))),
      (text) => expect(isTaken(text)).toBe(false),
    ),
    { numRuns: 300 },
  );
});
