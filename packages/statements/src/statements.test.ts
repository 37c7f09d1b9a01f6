import { fromBase64url, generateEd25519, nodeVerifier, toBase64url } from '@careledger/crypto';
import { sodiumVerifier } from '@careledger/crypto/sodium';
import { loadVectors, type VectorBody } from '@careledger/spec';
import { describe, expect, test } from '@jest/globals';
import { checkStatement, makeStatement, readStatement, selfSigned, statementHash } from './index.js';

/** Files of `spec/vectors/{valid,invalid}/statements`; documented in `spec/statements.md`. */
type StatementVector = VectorBody & {
  readonly token: string;
  /** The issuer's registered keys, kid → base64url of the raw key. */
  readonly keys: Readonly<Record<string, string>>;
  readonly expected: {
    readonly typ: string;
    readonly audience: string;
    readonly channel: string;
    readonly issuer?: string;
    readonly now: number;
    readonly maxAgeSeconds?: number;
  };
  /** Valid ones. */
  readonly hash?: string;
  /** Invalid ones. */
  readonly code?: string;
};

const valid = loadVectors<StatementVector>('valid', 'statements');
const invalid = loadVectors<StatementVector>('invalid', 'statements');

describe.each([
  ['node', nodeVerifier()],
  ['sodium', sodiumVerifier()],
])('vectors with %s', (_name, verifier) => {
  function check({ token, keys, expected }: StatementVector) {
    const publicKeyOf = (kid: string) => {
      const key = keys[kid];
      return key === undefined ? undefined : fromBase64url(key);
    };
    return checkStatement(token, { ...expected, publicKeyOf, verifier });
  }

  test.each(valid)('accepts $name', (vector) => {
    expect(statementHash(check(vector).token)).toBe(vector.hash);
  });
  test.each(invalid)('$name: $code', (vector) => {
    expect(() => check(vector)).toThrow(
      expect.objectContaining({ name: 'StatementError', code: vector.code }),
    );
  });
});

const { signer } = generateEd25519();
const base = { typ: 'careledger.grant+jws', iss: 'pat_a', aud: 'devnet', channels: ['cloud'] };
const here = { typ: 'careledger.grant+jws', audience: 'devnet', channel: 'cloud', verifier: nodeVerifier() };

test('a statement gets its own id and time, and reads back as it was made', () => {
  const token = makeStatement({ ...base, body: { a: 1 } }, signer);
  const { payload, header, hash } = readStatement(token);
  expect(payload).toMatchObject({ iss: 'pat_a', aud: 'devnet', channels: ['cloud'], body: { a: 1 } });
  expect(Math.abs(payload.iat - Date.now() / 1000)).toBeLessThan(5);
  expect(header.kid).toBe(signer.kid);
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  expect(readStatement(makeStatement({ ...base, body: { a: 1 } }, signer)).payload.sid).not.toBe(payload.sid);
});

test('a body that is not by its schema is malformed, whoever signed it', () => {
  const isBody = (body: unknown): body is { a: number } => typeof (body as { a?: unknown }).a === 'number';
  const check = (body: object) =>
    checkStatement(makeStatement({ ...base, body }, signer), {
      ...here,
      isBody,
      publicKeyOf: () => signer.publicKey,
    });
  const a: number = check({ a: 1 }).payload.body.a;
  expect(a).toBe(1);
  expect(() => check({ a: '1' })).toThrow(expect.objectContaining({ code: 'STATEMENT_MALFORMED' }));
});

test('a registration names its key twice, in kid and body; they have to agree', () => {
  const other = generateEd25519().signer;
  const token = makeStatement({ ...base, body: {} }, signer);
  const check = (key: Uint8Array) =>
    checkStatement(token, { ...here, publicKeyOf: selfSigned(toBase64url(key)) });
  expect(check(signer.publicKey).payload.iss).toBe('pat_a');
  expect(() => check(other.publicKey)).toThrow(expect.objectContaining({ code: 'STATEMENT_KEY_UNKNOWN' }));
});

test('nothing is signed that nobody would accept', () => {
  const malformed = expect.objectContaining({ code: 'STATEMENT_MALFORMED' });
  expect(() => makeStatement({ ...base, body: {}, sid: 'short' }, signer)).toThrow(malformed);
  expect(() => makeStatement({ ...base, body: { a: undefined } }, signer)).toThrow(malformed);
  expect(() => makeStatement({ ...base, body: [] }, signer)).toThrow(malformed);
  expect(() => makeStatement({ ...base, body: { a: 'x'.repeat(40_000) } }, signer)).toThrow(
    expect.objectContaining({ code: 'STATEMENT_TOO_LARGE' }),
  );
});
