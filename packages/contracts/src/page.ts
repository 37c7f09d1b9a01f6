import { Type, type TSchema } from 'typebox';
import { PAGE_MAX_ROWS } from './limits.js';

/** What every paged query takes besides its own filter. */
export const PageArgs = {
  pageSize: Type.Optional(Type.Integer({ minimum: 1, maximum: PAGE_MAX_ROWS })),
  /** As the page before returned it. */
  bookmark: Type.Optional(Type.String({ maxLength: 1024 })),
};

/** A page of rows; `bookmark` is empty on the last one. */
export const pageOf = <Row extends TSchema>(row: Row) =>
  Type.Object({ rows: Type.Array(row), bookmark: Type.String() });
