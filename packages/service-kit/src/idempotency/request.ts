import { CryptoError, canonicalJson, sha256Hex, utf8 } from '@careledger/crypto';
import type { FastifyRequest } from 'fastify';
import { principalOf } from '../http/auth.js';
import { ProblemError } from '../http/problems.js';

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

/**
 * The digest of a whole request, so that no part of it can change under the same key.
 * @param url path and query as they came
 * @param body parsed JSON; undefined where there is none
 * @throws ProblemError MALFORMED_BODY for a body without a canonical form (spec/crypto.md)
 */
export function requestSha256(method: string, url: string, body: unknown): string {
  try {
    return sha256Hex(utf8(canonicalJson([method, url, body ?? null])));
  } catch (cause) {
    if (!(cause instanceof CryptoError)) throw cause;
    throw new ProblemError('MALFORMED_BODY', cause.message, { cause, members: { reason: cause.code } });
  }
}

/** The request of an authenticated route under `key`. @throws ProblemError MALFORMED_BODY */
export function idempotentRequestOf(request: FastifyRequest, key: string): IdempotentRequest {
  const { method, url, body, routeOptions } = request;
  return {
    tokenSha256: principalOf(request).tokenSha256,
    route: `${method} ${routeOptions.url ?? ''}`,
    key,
    requestSha256: requestSha256(method, url, body),
  };
}
