import { PAGE_MAX_ROWS } from '@careledger/contracts';

/** One answer of a paged query. It can be short, even empty, while its bookmark leads on. */
export interface LedgerPage<Row> {
  readonly rows: readonly Row[];
  /** Empty on the last page. */
  readonly bookmark: string;
}

/** Which page is asked for: goes into the arguments of the query. */
export interface PageWanted {
  readonly pageSize: number;
  /** As the page before returned it; absent for the first. */
  readonly bookmark?: string;
}

/**
 * The rows of a paged query in its order, page after page, each asked for when the rows before are used up: a caller
 * that has found what it wanted stops there.
 * @throws whatever `ask` throws
 */
export async function* everyRow<Row>(
  ask: (page: PageWanted) => Promise<LedgerPage<Row>>,
  pageSize = PAGE_MAX_ROWS,
): AsyncGenerator<Row, void, undefined> {
  let bookmark = '';
  do {
    const page = await ask({ pageSize, ...(bookmark !== '' && { bookmark }) });
    yield* page.rows;
    ({ bookmark } = page);
  } while (bookmark !== '');
}

/** All of {@link everyRow}, once there is no more. */
export async function allRows<Row>(...query: Parameters<typeof everyRow<Row>>): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of everyRow(...query)) rows.push(row);
  return rows;
}
