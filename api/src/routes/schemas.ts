import { PAGE_DEFAULT_ROWS, PAGE_MAX_ROWS } from '@careledger/contracts';
import { PractitionerId, PurposeOfUse } from '@careledger/domain';
import { idempotentRequestOf, principalOf, type IdempotentRequest } from '@careledger/service-kit';
import { Type, type Static } from 'typebox';
import type { Reader } from '../access/read-gate.js';

type Request = Parameters<typeof principalOf>[0];

/** Longest cursor, unit or idempotency key. */
const TEXT_MAX_CHARS = 1_024;
const NAME_MAX_CHARS = 64;

export const NullOr = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) =>
  Type.Union([type, Type.Null()]);
export const Name = Type.String({ minLength: 1, maxLength: NAME_MAX_CHARS });

/** Pages of a ledger's query: `cursor` as the page before returned it. */
export const Paging = {
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: TEXT_MAX_CHARS })),
  limit: Type.Integer({ minimum: 1, maximum: PAGE_MAX_ROWS, default: PAGE_DEFAULT_ROWS }),
};

export const pageArgs = ({ cursor, limit }: { readonly cursor?: string; readonly limit: number }) => ({
  pageSize: limit,
  ...(cursor !== undefined && { bookmark: cursor }),
});

/** `cursor` is null on the last page. */
export const Cursor = NullOr(Type.String());
export const cursorOf = (bookmark: string): string | null => (bookmark === '' ? null : bookmark);

/** For whom within the authority, and why: what the authority vouches for in its signed request. */
export const VouchingQuery = {
  practitionerId: Type.Optional(PractitionerId),
  unit: Type.Optional(Name),
  purpose: Type.Optional(PurposeOfUse),
};
export const DEFAULT_PURPOSE = 'TREAT';
type Vouching = Static<ReturnType<typeof Type.Object<typeof VouchingQuery>>>;

/** Who asks to see something, by token and query. */
export function readerOf(request: Request, query: Vouching): Reader {
  const { practitionerId, unit, purpose = DEFAULT_PURPOSE } = query;
  const claim = {
    ...(practitionerId !== undefined && { practitionerId }),
    ...(unit !== undefined && { unit }),
  };
  return { principal: principalOf(request), claim, purpose };
}

/** draft-ietf-httpapi-idempotency-key-header: the same key and request again give the same answer, for a day. */
const IDEMPOTENCY_KEY = 'idempotency-key';
export const IdempotencyHeaders = Type.Object({
  [IDEMPOTENCY_KEY]: Type.Optional(Type.String({ minLength: 1, maxLength: NAME_MAX_CHARS * 2 })),
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
