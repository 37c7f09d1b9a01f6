import { CryptoError, canonicalJson, hmacSha256, sha256Hex } from '@careledger/crypto';
import { ProblemError } from './problems.js';
import { holderKey } from './holder-key.js';

/** A request that its caller may repeat, as IdempotencyKeys tells it from others. */
export interface IdempotentRequest {
  /** Whose key it is: the token itself, by its digest, never the name that it was given. */
  readonly tokenSha256: string;
  /** Method and pattern, e.g. `POST /v1/records`. */
  readonly route: string;
  /** What the caller chose, e.g. the header `Idempotency-Key`. */
  readonly key: string;
  /** Of the whole request; see `requestSha256`. */
  readonly requestSha256: string;
}

/** What of a request counts: all of it. */
export interface RequestContent {
  readonly method: string;
  /** Path and query as they came. */
  readonly url: string;
  /** Parsed JSON; undefined where there is none. */
  readonly body: unknown;
}

/**
 * HMAC-SHA-256 of a whole request, lower-case hex, so that no part of it can change under the same key. Its key is made
 * of the caller's secret: without that, a store that has the digest does not let anybody try what a short text in the
 * request was, e.g. a passphrase.
 * @param secret the caller's bearer token, or what stands for one
 * @throws ProblemError MALFORMED_BODY for a body without a canonical form (spec/crypto.md)
 */
export function requestSha256(secret: string, { method, url, body }: RequestContent): string {
  try {
    const content = canonicalJson([method, url, body ?? null]);
    return Buffer.from(hmacSha256(holderKey(secret, 'request'), content)).toString('hex');
  } catch (cause) {
    if (!(cause instanceof CryptoError)) throw cause;
    throw new ProblemError('MALFORMED_BODY', cause.message, { cause, members: { reason: cause.code } });
  }
}

/** A request under the key that its caller chose. @param pattern of its route @throws ProblemError MALFORMED_BODY */
export function idempotentRequest(
  content: RequestContent,
  { key, pattern, secret }: { readonly key: string; readonly pattern: string; readonly secret: string },
): IdempotentRequest {
  return {
    tokenSha256: sha256Hex(secret),
    route: `${content.method} ${pattern}`,
    key,
    requestSha256: requestSha256(secret, content),
  };
}
