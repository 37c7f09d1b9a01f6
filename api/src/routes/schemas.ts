import { PAGE_DEFAULT_ROWS, PAGE_MAX_ROWS } from '@careledger/contracts';
import { PractitionerId, PurposeOfUse } from '@careledger/domain';
import { Type } from 'typebox';

/** Longest cursor, unit or idempotency key. */
const TEXT_MAX_CHARS = 1_024;
const NAME_MAX_CHARS = 64;

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
export const Cursor = Type.Union([Type.String(), Type.Null()]);
export const cursorOf = (bookmark: string): string | null => (bookmark === '' ? null : bookmark);

/** For whom within the authority, and why: what the authority vouches for in its signed request. */
export const VouchingQuery = {
  practitionerId: Type.Optional(PractitionerId),
  unit: Type.Optional(Name),
  purpose: Type.Optional(PurposeOfUse),
};
export const DEFAULT_PURPOSE = 'TREAT';

/** draft-ietf-httpapi-idempotency-key-header: the same key again gives the same answer. */
export const IdempotencyHeaders = Type.Object({
  'idempotency-key': Type.Optional(Type.String({ minLength: 1, maxLength: NAME_MAX_CHARS * 2 })),
});
export const idempotencyKeyOf = (headers: { 'idempotency-key'?: string }) =>
  headers['idempotency-key'] === undefined ? {} : { idempotencyKey: headers['idempotency-key'] };
