import { nodeVerifier, signerFromSeed } from '@careledger/crypto';
import { sodiumVerifier } from '@careledger/crypto/sodium';
import { alteredText, jsonObject } from '@careledger/crypto/testing';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  STATEMENT_MAX_SKEW_S,
  StatementError,
  checkStatement,
  makeStatement,
  statementHash,
  type StatementExpectation,
} from './index.js';

const signer = signerFromSeed(new Uint8Array(32).fill(0x51));
const TYP = 'careledger.example+jws';

const PRINTABLE_FROM = 0x21;
const PRINTABLE_TO = 0x7e;
const name = fc.string({
  unit: fc.integer({ min: PRINTABLE_FROM, max: PRINTABLE_TO }).map((code) => String.fromCharCode(code)),
  minLength: 1,
  maxLength: 64,
});
const statement = fc.record({
  typ: fc.constant(TYP),
  iss: name,
  aud: name,
  channels: fc.uniqueArray(name, { minLength: 1, maxLength: 8 }),
  iat: fc.integer({ min: 0, max: 4_102_444_800 }),
  body: jsonObject(2),
});
type Made = { iss: string; aud: string; channels: readonly string[]; iat: number };

function expectationOf({ iss, aud, channels, iat }: Made): StatementExpectation<Record<string, unknown>> {
  return {
    typ: TYP,
    audience: aud,
    channel: channels.at(-1) ?? '',
    issuer: iss,
    now: iat,
    maxAgeSeconds: STATEMENT_MAX_SKEW_S,
    publicKeyOf: (kid) => (kid === signer.kid ? signer.publicKey : undefined),
    verifier: nodeVerifier(),
  };
}

const codeOf = (act: () => unknown): string => {
  try {
    act();
    return 'accepted';
  } catch (error) {
    if (error instanceof StatementError) return error.code;
    throw error;
  }
};

test('whatever a statement says, it is read as it was made', () => {
  fc.assert(
    fc.property(statement, (made) => {
      const { payload } = checkStatement(makeStatement(made, signer), expectationOf(made));
      const { iss, aud, channels, iat } = made;
      expect(payload).toMatchObject({ iss, aud, channels, iat });
      expect(payload.body).toEqual(made.body);
    }),
  );
});

test('it counts for its network, channel, issuer and time alone', () => {
  fc.assert(
    fc.property(statement, name, fc.integer({ min: 1, max: 1_000_000 }), (made, other, seconds) => {
      const token = makeStatement(made, signer);
      const good = expectationOf(made);
      const check = (changes: object) => codeOf(() => checkStatement(token, { ...good, ...changes }));
      if (other !== made.aud) expect(check({ audience: other })).toBe('STATEMENT_AUDIENCE_MISMATCH');
      if (other !== made.iss) expect(check({ issuer: other })).toBe('STATEMENT_ISSUER_MISMATCH');
      if (!made.channels.includes(other)) {
        expect(check({ channel: other })).toBe('STATEMENT_CHANNEL_MISMATCH');
      }
      const late = made.iat + STATEMENT_MAX_SKEW_S + seconds;
      expect(check({ now: late })).toBe('STATEMENT_EXPIRED');
      const early = made.iat - STATEMENT_MAX_SKEW_S - seconds;
      expect(check({ now: early })).toBe('STATEMENT_FROM_FUTURE');
    }),
  );
});

describe.each([
  ['node', nodeVerifier()],
  ['sodium', sodiumVerifier()],
])('with the %s verifier', (_name, verifier) => {
  test('with one character replaced, added or left out it is refused, and is another statement', () => {
    const altered = statement.chain((made) => {
      const token = makeStatement(made, signer);
      return fc.record({ made: fc.constant(made), token: fc.constant(token), text: alteredText(token) });
    });
    fc.assert(
      fc.property(altered, ({ made, token, text }) => {
        const code = codeOf(() => checkStatement(text, { ...expectationOf(made), verifier }));
        expect(code).not.toBe('accepted');
        expect(statementHash(text)).not.toBe(statementHash(token));
      }),
      { numRuns: 300 },
    );
  });
});
