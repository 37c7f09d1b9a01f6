/**
 * Of a row, whether it rests on a delegation: its maker's, or one that follows that.
 * @param column JSON with a `path`; the delegation's id is the next parameter
 */
export const restsOn = (column: string): string =>
  `EXISTS (SELECT 1 FROM json_each(${column}, '$.path') AS link WHERE link.value = ?)`;
