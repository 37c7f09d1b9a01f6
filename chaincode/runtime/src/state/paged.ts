import { PAGE_DEFAULT_ROWS } from '@careledger/contracts';
import { bookmarkOf, partsOfBookmark } from './bookmark.js';
import type { StatePrefix } from './key.js';
import type { StateEntry, StateReader } from './port.js';

/** Keys that one query looks at, at most, to fill a page whose filter lets few of them through. */
const SCAN_MAX_KEYS = 2_000;

export interface PageRequest {
  readonly pageSize?: number | undefined;
  readonly bookmark?: string | undefined;
}

export interface PagedQuery<Value, Row> {
  readonly prefix: StatePrefix<Value>;
  /** First key part below the prefix to begin at; keys sort by it. */
  readonly from?: string | undefined;
  /** Key part below the prefix at which to end, exclusive. */
  readonly to?: string | undefined;
  /** The row of an entry; undefined leaves it out. */
  readonly rowOf: (entry: StateEntry<Value>) => Promise<Row | undefined> | Row | undefined;
}

/**
 * A page of rows in key order. It can have fewer rows than asked for, or none, while its bookmark leads on: the
 * filter let nothing through in the keys that one query may look at. @throws ContractError `PAGE_TOKEN_INVALID`
 */
export async function pagedRows<Value, Row>(
  state: StateReader,
  { pageSize = PAGE_DEFAULT_ROWS, bookmark }: PageRequest,
  { prefix, from, to, rowOf }: PagedQuery<Value, Row>,
): Promise<{ rows: Row[]; bookmark: string }> {
  const depth = prefix.parts.length;
  const rows: Row[] = [];
  let start = startOf(prefix.parts, from, bookmark);
  for (let scanned = 0; ;) {
    const { entries, next } = await state.page(prefix, pageSize - rows.length, start);
    for (const entry of entries) {
      if (to !== undefined && (entry.parts[depth] ?? '') >= to) return { rows, bookmark: '' };
      const row = await rowOf(entry);
      if (row !== undefined) rows.push(row);
    }
    scanned += entries.length;
    const done = next === undefined || rows.length === pageSize || scanned >= SCAN_MAX_KEYS;
    if (done) return { rows, bookmark: bookmarkOf(depth, next) };
    start = next;
  }
}

function startOf(
  prefix: readonly string[],
  from: string | undefined,
  bookmark: string | undefined,
): readonly string[] | undefined {
  if (bookmark !== undefined && bookmark !== '') return partsOfBookmark(prefix, bookmark);
  return from === undefined ? undefined : [...prefix, from];
}
