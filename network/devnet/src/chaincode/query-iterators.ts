import { ledger, peer } from '@hyperledger/fabric-protos';
import { randomUUID } from 'node:crypto';
import { PeerRefusal } from '../errors.js';
import { QUERY_BATCH_ROWS, TOTAL_QUERY_ROWS } from '../limits.js';
import type { QueryRow, RangeScan, RowSource } from '../simulate/range-scan.js';
import type { StateRow } from '../state/index-store.js';

/** A KV row as the shim's iterator reads it. */
function kvRow(namespace: string, row: StateRow): QueryRow {
  const kv = new ledger.queryresult.KV();
  kv.setNamespace(namespace);
  kv.setKey(row.key);
  kv.setValue(row.value);
  return kv.serializeBinary();
}

/** Rows of a public range. */
export function rangeSource(namespace: string, scan: RangeScan): RowSource {
  return {
    next: async () => {
      const row = await scan.next();
      return row && kvRow(namespace, row);
    },
    bookmark: () => scan.peekKey(),
    close: () => scan.close(),
  };
}

/** Rows of a private range. */
export function privateRangeSource(namespace: string, rows: AsyncIterator<StateRow>): RowSource {
  return {
    next: async () => {
      const { done, value } = await rows.next();
      return done ? undefined : kvRow(namespace, value as StateRow);
    },
    bookmark: () => Promise.resolve(''),
    close: async () => {
      await rows.return?.();
    },
  };
}

interface OpenQuery {
  readonly source: RowSource;
  /** Rows fetched and not yet sent. */
  pending: QueryRow[];
  returned: number;
}

/** The queries a transaction has open with its chaincode. */
export class QueryIterators {
  readonly #open = new Map<string, OpenQuery>();

  /**
   * Opens a query and answers with its first rows.
   * @param pageSize set when the chaincode asked for a page; it gets all of it at once, and a bookmark
   */
  start(source: RowSource, pageSize: number | undefined): Promise<peer.QueryResponse> {
    const id = randomUUID();
    const query = { source, pending: [], returned: 0 };
    this.#open.set(id, query);
    return this.#respond(id, query, pageSize);
  }

  next(id: string): Promise<peer.QueryResponse> {
    const query = this.#open.get(id);
    if (!query) throw new PeerRefusal('query iterator not found');
    return this.#respond(id, query, undefined);
  }

  async closeOne(id: string): Promise<peer.QueryResponse> {
    await this.#close(id);
    return response(id, [], false);
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((id) => this.#close(id)));
  }

  // hasMore is said only with the next row in hand: the shim asks again only then, and expects a row.
  async #respond(id: string, query: OpenQuery, pageSize: number | undefined): Promise<peer.QueryResponse> {
    const paged = pageSize !== undefined;
    const limit =
      pageSize !== undefined && pageSize > 0 ? Math.min(pageSize, TOTAL_QUERY_ROWS) : TOTAL_QUERY_ROWS;
    while (query.returned < limit) {
      const row = await query.source.next();
      if (!row) break;
      query.returned += 1;
      if (!paged && query.pending.length === QUERY_BATCH_ROWS) {
        const batch = query.pending;
        query.pending = [row];
        return response(id, batch, true);
      }
      query.pending.push(row);
    }
    const last = response(id, query.pending, false);
    if (paged) {
      const metadata = new peer.QueryResponseMetadata();
      metadata.setFetchedRecordsCount(query.returned);
      metadata.setBookmark(await query.source.bookmark());
      last.setMetadata(metadata.serializeBinary());
    }
    await this.#close(id);
    return last;
  }

  async #close(id: string): Promise<void> {
    const query = this.#open.get(id);
    this.#open.delete(id);
    await query?.source.close();
  }
}

function response(id: string, rows: readonly QueryRow[], hasMore: boolean): peer.QueryResponse {
  const proto = new peer.QueryResponse();
  proto.setResultsList(
    rows.map((row) => {
      const bytes = new peer.QueryResultBytes();
      bytes.setResultbytes(row);
      return bytes;
    }),
  );
  proto.setHasMore(hasMore);
  proto.setId(id);
  return proto;
}
