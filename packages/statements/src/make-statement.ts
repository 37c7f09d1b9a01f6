import { CryptoError, randomId128, signJws } from '@careledger/crypto';
import type { JsonObject, Signer } from '@careledger/crypto';
import { STATEMENT_MAX_CHARS, StatementError, parseStatement } from './portable/index.js';

const MS_PER_S = 1000;

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

/**
 * Makes and signs a statement. Keep the token before sending it anywhere: a retry is the same bytes again.
 * @throws StatementError `STATEMENT_MALFORMED`, `STATEMENT_TOO_LARGE`: nobody would accept it
 */
export function makeStatement(statement: NewStatement, signer: Signer): string {
  const { typ, iss, aud, channels, body } = statement;
  const { sid = randomId128(), iat = Math.floor(Date.now() / MS_PER_S) } = statement;
  const { maxChars = STATEMENT_MAX_CHARS } = statement;
  const token = sign(typ, { iss, aud, channels, sid, iat, body }, signer, maxChars);
  parseStatement(token, { maxChars });
  return token;
}

function sign(typ: string, payload: JsonObject, signer: Signer, maxBytes: number): string {
  try {
    return signJws({ typ, payload, maxBytes }, signer);
  } catch (cause) {
    if (!(cause instanceof CryptoError)) throw cause;
    const code = cause.code === 'JWS_TOO_LARGE' ? 'STATEMENT_TOO_LARGE' : 'STATEMENT_MALFORMED';
    throw new StatementError(code, cause.message, { cause });
  }
}
