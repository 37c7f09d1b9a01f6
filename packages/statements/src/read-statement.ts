import { fromBase64url, kidOf, sha256Hex } from '@careledger/crypto';
import { parseStatement } from './portable/index.js';
import type { Statement } from './portable/index.js';

/** A statement and the hash under which the ledger keeps its `(iss, sid)`. */
export type HashedStatement = Statement & { readonly hash: string };

/** SHA-256 over the ASCII of the compact JWS, lower-case hexadecimal: tells a repetition from another statement. */
export function statementHash(token: string): string {
  return sha256Hex(token);
}

/** {@link parseStatement} with its hash. @throws StatementError `STATEMENT_TOO_LARGE`, `STATEMENT_MALFORMED` */
export function readStatement(token: string, options: { maxChars?: number } = {}): HashedStatement {
  return { ...parseStatement(token, options), hash: statementHash(token) };
}

/**
 * `publicKeyOf` for a statement that registers the very key that signs it. `key` is that member of its body, raw
 * bytes in base64url.
 */
export function selfSigned(key: string): (kid: string) => Uint8Array | undefined {
  const publicKey = fromBase64url(key);
  return (kid) => (kidOf('Ed25519', publicKey) === kid ? publicKey : undefined);
}
