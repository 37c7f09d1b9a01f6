import { idempotentRequestOf, type IdempotentRequest } from '@careledger/service-kit';
import { Type } from 'typebox';

type Request = Parameters<typeof idempotentRequestOf>[0];

/** draft-ietf-httpapi-idempotency-key-header: the same key and request again give the same answer, for a day. */
const IDEMPOTENCY_KEY = 'idempotency-key';
const KEY_MAX_CHARS = 128;

export const IdempotencyHeaders = Type.Object({
  [IDEMPOTENCY_KEY]: Type.Optional(Type.String({ minLength: 1, maxLength: KEY_MAX_CHARS })),
});

/** The request under its key; undefined without one. @throws ProblemError MALFORMED_BODY */
export function keyedRequestOf(request: Request): IdempotentRequest | undefined {
  const key = request.headers[IDEMPOTENCY_KEY];
  return typeof key === 'string' ? idempotentRequestOf(request, key) : undefined;
}

/** The request under its key; without one it stands for itself. @throws ProblemError MALFORMED_BODY */
export function repeatableRequestOf(request: Request): IdempotentRequest {
  const keyed = keyedRequestOf(request);
  if (keyed !== undefined) return keyed;
  const unnamed = idempotentRequestOf(request, '');
  return { ...unnamed, key: `content:${unnamed.requestSha256}` };
}
