import {
  bearerTokenOf,
  idempotentRequest,
  wholeBodyOf,
  type IdempotentRequest,
} from '@careledger/service-kit';

type Request = Parameters<typeof bearerTokenOf>[0] & {
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
  readonly exactBody: unknown;
  readonly routeOptions: { readonly url?: string };
  readonly idempotent: IdempotentRequest | undefined;
};

/** The request under its `Idempotency-Key`; without one it stands for itself. @throws ProblemError MALFORMED_BODY */
export function repeatableRequestOf(request: Request): IdempotentRequest {
  if (request.idempotent !== undefined) return request.idempotent;
  const { method, url, routeOptions } = request;
  const unnamed = idempotentRequest(
    { method, url, body: wholeBodyOf(request) },
    { key: '', pattern: routeOptions.url ?? '', secret: bearerTokenOf(request) },
  );
  return { ...unnamed, key: `content:${unnamed.requestSha256}` };
}
