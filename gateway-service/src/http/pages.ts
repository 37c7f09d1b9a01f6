/** The first `limit` of the rows, and a cursor where there are more. @param rows one more than `limit`, if there are */
export function pageOfRows<Row>(
  rows: readonly Row[],
  limit: number,
  cursorOf: (row: Row) => string,
): { readonly page: readonly Row[]; readonly next: { readonly cursor?: string } } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { page, next: rows.length > limit && last !== undefined ? { cursor: cursorOf(last) } : {} };
}
