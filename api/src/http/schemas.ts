import { PAGE_DEFAULT_ROWS, PAGE_MAX_ROWS } from '@careledger/contracts';
import { Type } from 'typebox';

const CURSOR_MAX_CHARS = 1_024;
const NAME_MAX_CHARS = 64;

export const NullOr = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) =>
  Type.Union([type, Type.Null()]);
export const Name = Type.String({ minLength: 1, maxLength: NAME_MAX_CHARS });

/** Pages of a ledger's query: `cursor` as the page before returned it. */
export const Paging = {
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: CURSOR_MAX_CHARS })),
  limit: Type.Integer({ minimum: 1, maximum: PAGE_MAX_ROWS, default: PAGE_DEFAULT_ROWS }),
};

export const pageArgs = ({ cursor, limit }: { readonly cursor?: string; readonly limit: number }) => ({
  pageSize: limit,
  ...(cursor !== undefined && { bookmark: cursor }),
});

/** `cursor` is null on the last page. */
export const Cursor = NullOr(Type.String());
export const cursorOf = (bookmark: string): string | null => (bookmark === '' ? null : bookmark);
