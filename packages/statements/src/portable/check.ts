import { verifyJws } from '@careledger/crypto/portable';
import type { JsonObject, SignatureVerifier } from '@careledger/crypto/portable';
import { StatementError } from './errors.js';
import { STATEMENT_MAX_SKEW_S, parseStatement } from './statement.js';
import type { Statement } from './statement.js';

/** What a statement has to be to count here and now. */
export type StatementExpectation<Body> = {
  /** The `typ` of the kind that is asked for, or those of several. */
  readonly typ: string | readonly string[];
  /** This network's ID. */
  readonly audience: string;
  /** The channel on which it is to count; absent where statements travel outside of channels. */
  readonly channel?: string;
  /** Who has to have issued it, where that is known beforehand. */
  readonly issuer?: string;
  /** Whether the body is by its kind's schema. */
  readonly isBody?: (body: unknown) => body is Body;
  /**
   * The key (raw 32 bytes) that is registered under `kid` for this issuer and for this kind of statement, or undefined.
   * This is where authority comes from: never take the key from the statement, unless it is self-signed by nature
   * (then see `selfSigned`).
   */
  readonly publicKeyOf: (kid: string, statement: Statement) => Uint8Array | undefined;
  readonly verifier: SignatureVerifier;
} & TimeExpectation;

type TimeExpectation =
  | { readonly now?: undefined; readonly maxAgeSeconds?: undefined }
  | {
      /** Seconds since the epoch; in chaincode the transaction's timestamp, so that all peers agree. */
      readonly now: number;
      /** Only for kinds that expire: access and break-glass requests (120 s). The others stand, however long an outage. */
      readonly maxAgeSeconds?: number;
    };

/**
 * The checks that make a statement count, in this order: form, kind, network, channel, issuer, body, time, key, signature.
 * @throws StatementError with the code of the first check that fails
 */
export function checkStatement<Body = JsonObject>(
  statement: string | Statement,
  expected: StatementExpectation<Body>,
): Statement<Body> {
  const parsed = typeof statement === 'string' ? parseStatement(statement) : statement;
  assertKind(parsed, expected.typ);
  assertDestination(parsed, expected);
  assertBody(parsed, expected.isBody);
  assertTime(parsed, expected);
  assertSigned(parsed, expected);
  return parsed;
}

function assertKind({ header }: Statement, typ: string | readonly string[]): void {
  const accepted = typeof typ === 'string' ? header.typ === typ : typ.includes(header.typ);
  if (!accepted) throw new StatementError('STATEMENT_TYPE_MISMATCH', `A ${header.typ} is not accepted here`);
}

function assertDestination(
  { payload }: Statement,
  { audience, channel, issuer }: { audience: string; channel?: string; issuer?: string },
): void {
  if (payload.aud !== audience) {
    throw new StatementError(
      'STATEMENT_AUDIENCE_MISMATCH',
      `The statement is for ${payload.aud}, not ${audience}`,
    );
  }
  if (channel !== undefined && !payload.channels.includes(channel)) {
    throw new StatementError(
      'STATEMENT_CHANNEL_MISMATCH',
      `The statement does not count on channel ${channel}`,
    );
  }
  if (issuer !== undefined && payload.iss !== issuer) {
    throw new StatementError(
      'STATEMENT_ISSUER_MISMATCH',
      `The statement is by ${payload.iss}, not ${issuer}`,
    );
  }
}

function assertBody<Body>(
  statement: Statement,
  isBody: ((body: unknown) => body is Body) | undefined,
): asserts statement is Statement<Body & JsonObject> {
  if (isBody !== undefined && !isBody(statement.payload.body)) {
    throw new StatementError('STATEMENT_MALFORMED', `The body is not that of a ${statement.header.typ}`);
  }
}

function assertTime({ payload }: Statement, { now, maxAgeSeconds }: TimeExpectation): void {
  if (now === undefined) return;
  if (payload.iat > now + STATEMENT_MAX_SKEW_S) {
    throw new StatementError(
      'STATEMENT_FROM_FUTURE',
      `iat lies ${payload.iat - now} s ahead; set the issuer's clock`,
    );
  }
  if (maxAgeSeconds !== undefined && payload.iat < now - maxAgeSeconds) {
    throw new StatementError(
      'STATEMENT_EXPIRED',
      `The statement is older than ${maxAgeSeconds} s; make a new one`,
    );
  }
}

function assertSigned<Body>(
  statement: Statement,
  { publicKeyOf, verifier }: StatementExpectation<Body>,
): void {
  const key = publicKeyOf(statement.header.kid, statement);
  if (key === undefined) {
    const { iss } = statement.payload;
    throw new StatementError('STATEMENT_KEY_UNKNOWN', `${iss} has no such key for a ${statement.header.typ}`);
  }
  if (!verifyJws(statement.jws, key, verifier)) {
    throw new StatementError('STATEMENT_SIGNATURE_INVALID', 'The signature is not of the registered key');
  }
}
