import { CryptoError, compactJws, jwsSigningInput, toBase64url, utf8 } from '@careledger/crypto/portable';
import { StatementError } from './errors.js';
import { STATEMENT_MAX_CHARS, parseStatement } from './statement.js';

const MS_PER_S = 1000;
const SID_BYTES = 16;

/** What the issuer decides; `sid` and `iat` are made unless given. */
export type NewStatement = {
  readonly typ: string;
  readonly iss: string;
  readonly aud: string;
  readonly channels: readonly string[];
  /** JSON by the schema of the kind; an absent member is left out, not undefined. */
  readonly body: object;
  readonly sid?: string;
  /** Seconds since the epoch. */
  readonly iat?: number;
  /** Characters of the token; STATEMENT_MAX_CHARS unless it travels outside of ledgers (emergency notices). */
  readonly maxChars?: number;
};

/** A key that signs, here or where a key lies that nobody can take out (WebCrypto). */
export type StatementKey = {
  /** RFC 7638 thumbprint of the public key. */
  readonly kid: string;
  /** Pure Ed25519 (RFC 8032 section 5.1.6), 64 bytes. */
  sign(message: Uint8Array): Uint8Array | Promise<Uint8Array>;
};

/** What is signed of a statement by the key with this thumbprint. @throws StatementError `STATEMENT_MALFORMED` */
export function statementInput(statement: NewStatement, kid: string): string {
  const { typ, iss, aud, channels, body } = statement;
  const { sid = randomSid(), iat = Math.floor(Date.now() / MS_PER_S) } = statement;
  return refusing(() => jwsSigningInput({ typ, kid, payload: { iss, aud, channels, sid, iat, body } }));
}

/**
 * The statement with its signature. @throws StatementError `STATEMENT_MALFORMED`, `STATEMENT_TOO_LARGE`: nobody would
 * accept it
 */
export function signedStatement(
  input: string,
  signature: Uint8Array,
  { maxChars = STATEMENT_MAX_CHARS }: Pick<NewStatement, 'maxChars'> = {},
): string {
  const token = refusing(() => compactJws(input, signature, maxChars));
  parseStatement(token, { maxChars });
  return token;
}

/**
 * Makes and signs a statement with a key that may answer later. Keep the token before sending it anywhere: a retry is
 * the same bytes again.
 * @throws StatementError `STATEMENT_MALFORMED`, `STATEMENT_TOO_LARGE`
 */
export async function signStatement(statement: NewStatement, key: StatementKey): Promise<string> {
  const input = statementInput(statement, key.kid);
  return signedStatement(input, await key.sign(utf8(input)), statement);
}

/** 128 random bits. */
const randomSid = (): string => toBase64url(crypto.getRandomValues(new Uint8Array(SID_BYTES)));

function refusing<T>(make: () => T): T {
  try {
    return make();
  } catch (cause) {
    if (!(cause instanceof CryptoError)) throw cause;
    const code = cause.code === 'JWS_TOO_LARGE' ? 'STATEMENT_TOO_LARGE' : 'STATEMENT_MALFORMED';
    throw new StatementError(code, cause.message, { cause });
  }
}
