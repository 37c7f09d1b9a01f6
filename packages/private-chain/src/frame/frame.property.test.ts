import { nodeVerifier } from '@careledger/crypto';
import { sodiumVerifier } from '@careledger/crypto/sodium';
import { alteredText } from '@careledger/crypto/testing';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FrameError } from '../errors.js';
import { MAX_FRAME_SEQ, MAX_UP_MS } from '../limits.js';
import { device, hashNamed } from '../../testing/fixtures.js';
import type { FramePayload, FramePayloadV1, FramePayloadV2 } from './frame.js';
import { makeFrame } from './make.js';
import { parseFrame, verifyFrame } from './parse.js';

const ALPHABET = 'abcXYZ019-_';
const YEAR_2100_MS = 4_102_444_800_000;
const instant = fc
  .integer({ min: 0, max: YEAR_2100_MS })
  .map((timeMs) => new Date(timeMs).toISOString())
  .chain((text) => fc.constantFrom(text, text.replace(/\.\d{3}Z$/, 'Z')));
const reading = fc.record({
  t: instant,
  code: fc.tuple(fc.integer({ min: 0, max: 9_999_999 }), fc.nat({ max: 9 })).map((parts) => parts.join('-')),
  // JSON has no -0 of its own.
  value: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  unit: fc.constantFrom('mg/dL', 'mm[Hg]', '%', '{score}'),
});
const name = fc.string({ unit: fc.constantFrom(...ALPHABET), minLength: 1, maxLength: 32 });
const link = {
  epoch: name,
  seq: fc.integer({ min: 0, max: MAX_FRAME_SEQ }),
  prev: fc.string().map(hashNamed),
};
const payload: fc.Arbitrary<FramePayloadV1> = fc.record({
  v: fc.constant(1 as const),
  ...link,
  sent: instant,
  readings: fc.uniqueArray(reading, {
    minLength: 1,
    maxLength: 20,
    selector: ({ t, code }) => `${Date.parse(t)} ${code}`,
  }),
});

const v2 = {
  v: fc.constant(2 as const),
  ...link,
  by: fc.constantFrom('device' as const, 'agent' as const),
};
const comparator = fc.constantFrom('<' as const, '>' as const);
const compared = <T>(reading: fc.Arbitrary<T>) =>
  fc.tuple(reading, fc.option(comparator, { nil: undefined })).map(([measured, compares]) => ({
    ...measured,
    ...(compares !== undefined && { comparator: compares }),
  }));
const upTo = fc.integer({ min: 0, max: MAX_UP_MS });
const clockPayload = fc.record({
  ...v2,
  sent: instant,
  // Twice the same is allowed, and so are two values of one code at one time.
  readings: fc.array(compared(reading), { minLength: 1, maxLength: 20 }),
});
const bootPayload = fc
  .record({
    ...v2,
    boot: name,
    up: upTo,
    readings: fc.array(compared(reading.map(({ code, value, unit }) => ({ code, value, unit }))), {
      minLength: 1,
      maxLength: 20,
    }),
    shares: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 20, maxLength: 20 }),
  })
  .map(({ readings, shares, ...frame }) => ({
    ...frame,
    readings: readings.map((one, i) => ({ ...one, up: Math.floor(frame.up * (shares[i] ?? 0)) })),
  }));
const voidPayload = fc.record({
  ...v2,
  sent: instant,
  void: fc.record({ leaf: fc.string().map(hashNamed), reason: fc.constantFrom('WRONG_UNIT', 'X', 'A_9') }),
});
const payloadV2: fc.Arbitrary<FramePayloadV2> = fc.oneof(clockPayload, bootPayload, voidPayload);
const anyPayload: fc.Arbitrary<FramePayload> = fc.oneof(payload, payloadV2);

test('any frame of v 2 is read as it was signed: clock or boot, comparators, two values of one instant, void', () => {
  fc.assert(
    fc.property(payloadV2, (made) => {
      const { readings, ...frame } = parseFrame(makeFrame(made, device));
      const { readings: measured = [], ...members } = { readings: undefined, ...made };
      expect(frame).toMatchObject({ ...members, kid: device.kid });
      expect(frame.sentMs).toBe('sent' in made ? Date.parse(made.sent) : undefined);
      expect(readings).toEqual(
        measured.map((one) => ({ ...one, timeMs: 't' in one ? Date.parse(one.t) : one.up })),
      );
    }),
  );
});

test('whatever a device measures is read as it was signed, with every time in milliseconds', () => {
  fc.assert(
    fc.property(payload, (made) => {
      const frame = parseFrame(makeFrame(made, device));
      const { epoch, seq, prev, sent } = made;
      expect(frame).toMatchObject({ epoch, seq, prev, sent, sentMs: Date.parse(sent), kid: device.kid });
      expect(frame.readings).toEqual(made.readings.map((one) => ({ ...one, timeMs: Date.parse(one.t) })));
    }),
  );
});

test('one measurement twice is refused, in whatever form its time is written', () => {
  const twice = payload.chain((made) =>
    fc.record({
      made: fc.constant(made),
      index: fc.nat({ max: made.readings.length - 1 }),
      value: fc.integer(),
    }),
  );
  fc.assert(
    fc.property(twice, ({ made, index, value }) => {
      const { t, code, unit } = made.readings[index]!;
      const readings = [...made.readings, { t: new Date(t).toISOString(), code, unit, value }];
      expect(() => makeFrame({ ...made, readings }, device)).toThrow(
        expect.objectContaining({ code: 'FRAME_DUPLICATE_READING' }),
      );
    }),
  );
});

describe.each([
  ['node', nodeVerifier()],
  ['sodium', sodiumVerifier()],
])('with the %s verifier', (_name, verifier) => {
  const isTaken = (token: string): boolean => {
    try {
      return verifyFrame(parseFrame(token), device.publicKey, verifier);
    } catch (error) {
      if (error instanceof FrameError) return false;
      throw error;
    }
  };

  test('a frame with one character replaced, added or left out is refused, also from a known device', () => {
    const altered = anyPayload.chain((made) => {
      const token = makeFrame(made, device);
      return fc.tuple(fc.constant(token), alteredText(token));
    });
    fc.assert(
      fc.property(altered, ([token, text]) => {
        expect(isTaken(token)).toBe(true);
        expect(isTaken(text)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});
