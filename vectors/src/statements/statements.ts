import { signJws, signerFromSeed, toBase64url, utf8 } from '@careledger/crypto';
import type { Vector, VectorKind } from '@careledger/spec';
import { makeStatement, statementHash } from '@careledger/statements';

/** Files of `spec/vectors/{valid,invalid}/statements`; documented in `spec/statements.md`. */
type StatementVector = {
  description: string;
  token: string;
  /** The issuer's registered keys, kid → base64url of the raw key. */
  keys: Record<string, string>;
  expected: {
    typ: string;
    audience: string;
    channel: string;
    issuer?: string;
    now: number;
    maxAgeSeconds?: number;
  };
  /** Valid ones. */
  hash?: string;
  /** Invalid ones. */
  code?: string;
};
type Named = Vector<StatementVector>;

const issuer = signerFromSeed(new Uint8Array(32).fill(0x31));
const stranger = signerFromSeed(new Uint8Array(32).fill(0x32));
const keys = { [issuer.kid]: toBase64url(issuer.publicKey) };
const NOW = 1_767_225_600;
const typ = 'careledger.example+jws';
const goodPayload = {
  iss: 'pat_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  aud: 'devnet',
  channels: ['authorities', 'cloud'],
  sid: 'AAAAAAAAAAAAAAAAAAAAAA',
  iat: NOW - 10,
  body: { note: 'the body is by its kind' },
};
const base = { typ, ...goodPayload };
const expected = { typ, audience: 'devnet', channel: 'cloud', now: NOW };
const good = makeStatement(base, issuer);

/** Everything in `spec/vectors/KIND/statements`. */
export const statementVectors = (kind: VectorKind): Named[] =>
  kind === 'valid' ? validStatements() : invalidStatements();

function validStatements(): Named[] {
  const make = (name: string, description: string, token: string, more: object = {}): Named => {
    return { name, description, token, keys, expected: { ...expected, ...more }, hash: statementHash(token) };
  };
  return [
    make('statement', 'Signed by a registered key, for this network and channel', good),
    make(
      'statement-of-years-ago',
      'Kinds without an age limit stand',
      makeStatement({ ...base, iat: 1 }, issuer),
    ),
    make(
      'statement-just-in-time',
      '120 s old where 120 s are allowed',
      makeStatement({ ...base, iat: NOW - 120 }, issuer),
      {
        maxAgeSeconds: 120,
      },
    ),
    make('statement-clock-ahead', 'iat 120 s ahead', makeStatement({ ...base, iat: NOW + 120 }, issuer)),
  ];
}

function invalidStatements(): Named[] {
  const cases: [name: string, code: string, description: string, token: string, more?: object][] = [
    [
      'statement-of-another-kind',
      'STATEMENT_TYPE_MISMATCH',
      'A signed statement of one kind offered as another',
      makeStatement({ ...base, typ: 'careledger.other+jws' }, issuer),
    ],
    [
      'statement-replayed-on-another-network',
      'STATEMENT_AUDIENCE_MISMATCH',
      'Made for the devnet, offered in production',
      good,
      { audience: 'production' },
    ],
    [
      'statement-replayed-on-another-channel',
      'STATEMENT_CHANNEL_MISMATCH',
      'Made for authorities alone',
      makeStatement({ ...base, channels: ['authorities'] }, issuer),
    ],
    [
      'statement-by-another-patient',
      'STATEMENT_ISSUER_MISMATCH',
      'A valid statement of somebody else',
      good,
      { issuer: 'pat_b' },
    ],
    [
      'statement-signed-by-an-unregistered-key',
      'STATEMENT_KEY_UNKNOWN',
      'The kid is not among the keys of the issuer',
      makeStatement(base, stranger),
    ],
    [
      'statement-signed-by-a-stranger-under-a-registered-kid',
      'STATEMENT_SIGNATURE_INVALID',
      'The registered kid in the header, another key in the signature',
      makeStatement(base, { ...stranger, kid: issuer.kid }),
    ],
    [
      'statement-body-altered',
      'STATEMENT_SIGNATURE_INVALID',
      'The body replaced by the relay',
      withPayload({ ...goodPayload, body: { note: 'other' } }),
    ],
    [
      'statement-expired',
      'STATEMENT_EXPIRED',
      '121 s old where 120 s are allowed',
      makeStatement({ ...base, iat: NOW - 121 }, issuer),
      { maxAgeSeconds: 120 },
    ],
    [
      'statement-from-the-future',
      'STATEMENT_FROM_FUTURE',
      'iat 121 s ahead: kept for later, it could outlive a key',
      makeStatement({ ...base, iat: NOW + 121 }, issuer),
    ],
    ['statement-too-large', 'STATEMENT_TOO_LARGE', 'Over 32,768 characters', oversized()],
    [
      'statement-extra-member',
      'STATEMENT_MALFORMED',
      'exp is not a member: it would be ignored',
      signed({ ...goodPayload, exp: NOW + 60 }),
    ],
    [
      'statement-without-channels',
      'STATEMENT_MALFORMED',
      'No channel',
      signed({ ...goodPayload, channels: [] }),
    ],
    [
      'statement-channel-twice',
      'STATEMENT_MALFORMED',
      'A channel twice',
      signed({ ...goodPayload, channels: ['cloud', 'cloud'] }),
    ],
    [
      'statement-short-sid',
      'STATEMENT_MALFORMED',
      'sid of 8 bytes, which collide',
      signed({ ...goodPayload, sid: 'AAAAAAAAAAA' }),
    ],
    [
      'statement-sid-trailing-bits',
      'STATEMENT_MALFORMED',
      'A second spelling of a sid',
      signed({ ...goodPayload, sid: 'AAAAAAAAAAAAAAAAAAAAAB' }),
    ],
    [
      'statement-iat-in-milliseconds-fraction',
      'STATEMENT_MALFORMED',
      'iat is whole seconds',
      signed({ ...goodPayload, iat: 1.5 }),
    ],
    [
      'statement-body-not-an-object',
      'STATEMENT_MALFORMED',
      'body is an array',
      signed({ ...goodPayload, body: [] }),
    ],
    [
      'statement-duplicate-member',
      'STATEMENT_MALFORMED',
      'iss twice: relay and ledger could read different issuers',
      signJws({ typ, payload: utf8(JSON.stringify(goodPayload).replace('{', '{"iss":"pat_b",')) }, issuer),
    ],
    [
      'statement-alg-none',
      'STATEMENT_MALFORMED',
      'alg "none"',
      `${toBase64url(utf8(JSON.stringify({ alg: 'none', kid: issuer.kid, typ })))}.${good.split('.')[1]}.`,
    ],
  ];
  return cases.map(([name, code, description, token, more]) => {
    return { name, description, token, keys, expected: { ...expected, ...more }, code };
  });
}

function signed(payload: { [member: string]: unknown }): string {
  return signJws({ typ, payload }, issuer);
}

/** The signature of `good` under another payload. */
function withPayload(payload: { [member: string]: unknown }): string {
  const [header, , signature] = good.split('.');
  return `${header}.${signed(payload).split('.')[1]}.${signature}`;
}

function oversized(): string {
  return signed({ ...goodPayload, body: { note: 'x'.repeat(25_000) } });
}
