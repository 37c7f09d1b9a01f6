import { PAGE_DEFAULT_ROWS, PAGE_MAX_ROWS } from '@careledger/contracts';
import { fromCursor, pageQuery, toCursor, type PageQuery } from '@careledger/service-kit';
import { Type } from 'typebox';

/** Query of a list that the ledger has. */
export const ledgerPageQuery = pageQuery({ byDefault: PAGE_DEFAULT_ROWS, max: PAGE_MAX_ROWS });

/** A bookmark is Fabric's own text. */
const Bookmark = Type.String({ minLength: 1 });

/** What a paged function of the chaincode is asked. @throws ProblemError VALIDATION_FAILED for another list's cursor */
export const pageArgs = ({ cursor, limit }: PageQuery): { pageSize: number; bookmark?: string } => ({
  pageSize: limit,
  ...(cursor !== undefined && { bookmark: fromCursor(cursor, Bookmark) }),
});

/** Member `next` of a page: the ledger's bookmark is empty on its last one. */
export const nextOf = (bookmark: string): string | null => (bookmark === '' ? null : toCursor(bookmark));
