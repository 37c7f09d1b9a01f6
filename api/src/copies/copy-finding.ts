import type { SealedBox } from '../store/sealed-box.js';
import type { Store } from '../store/store.js';
import { hexList, termMac, type CopyTerm } from './copy-terms.js';
import type { Span } from './date-span.js';

/** What is found of a patient's resources; each narrows. */
interface Narrowing {
  readonly terms?: readonly CopyTerm[];
  /** Of which they tell at least in part. */
  readonly span?: Span;
  /** Looked at where the span is not all that is asked of the time. */
  readonly isOfTime?: (span: Span) => boolean;
  /** Where the page before ended. */
  readonly after?: CopyPlace;
}

/** By what resources of one type are found, sorted by time. */
export interface CopyFilter extends Narrowing {
  readonly resourceType: string;
  readonly order: 'asc' | 'desc';
}

/** By what resources are found record by record, in the order in which they came. */
export interface RecordsFilter extends Narrowing {
  /** One of these; any without. */
  readonly resourceTypes?: readonly string[];
}

/** Place of a resource among those of a patient. */
export interface CopyPlace {
  /** When what it tells of begins, in milliseconds; or, record by record, the number of its record's copy. */
  readonly at: number;
  readonly resourceId: number;
}

/** A resource that was found. Its content is read when it is opened, so that no more of it is held than is shown. */
export interface FoundResource {
  readonly place: CopyPlace;
  readonly resourceId: number;
  readonly copyId: number;
}

interface Row extends Span {
  readonly resourceId: number;
  readonly copyId: number;
  /** 0 where it is not what is looked for. */
  readonly isMeant: 0 | 1;
}

/**
 * Resources that one read takes, and looks at. Nobody else has a turn meanwhile, so that it is as many whatever is
 * looked for: what is not found is among them.
 */
const READ_MAX_ROWS = 200;
const FIRST: CopyPlace = { at: Number.MIN_SAFE_INTEGER, resourceId: 0 };
const LAST: CopyPlace = { at: Number.MAX_SAFE_INTEGER, resourceId: Number.MAX_SAFE_INTEGER };
export const TYPE_COLUMN = 'copied_resources.type';

/** Finds what copies hold, by keyed hashes and times, and opens nothing. */
export class CopyFinding {
  readonly #store: Store;
  readonly #box: SealedBox;

  constructor(store: Store, box: SealedBox) {
    this.#store = store;
    this.#box = box;
  }

  /** @param patient keyed hash. Undefined stands for one that was looked at and is not meant */
  byTime(
    patient: Uint8Array,
    { resourceType, order, ...narrowing }: CopyFilter,
  ): Generator<FoundResource | undefined> {
    const isRising = order === 'asc';
    const sql = (isMeant: string) =>
      `SELECT ${columns(isMeant)} FROM copied_resources AS found
       WHERE patient = ? AND type = ? AND (from_ms, resource_id) ${isRising ? '>' : '<'} (?, ?)
       ORDER BY from_ms ${order}, resource_id ${order} LIMIT ${READ_MAX_ROWS}`;
    return this.#pages(narrowing, {
      ...{ sql, begin: isRising ? FIRST : LAST },
      parameters: ({ at, resourceId }) => [patient, this.#type(resourceType), at, resourceId],
      placeOf: ({ fromMs, resourceId }) => ({ at: fromMs, resourceId }),
    });
  }

  /** Likewise, of all types. */
  byRecord(
    patient: Uint8Array,
    { resourceTypes, ...narrowing }: RecordsFilter,
  ): Generator<FoundResource | undefined> {
    const types = resourceTypes && hexList(resourceTypes.map((type) => this.#type(type)));
    const sql = (isMeant: string) =>
      `SELECT ${columns(`${isMeant} AND (? IS NULL OR instr(?, hex(type)) > 0)`)}
       FROM copied_records AS kept CROSS JOIN copied_resources AS found ON found.copy_id = kept.copy_id
       WHERE kept.patient = ? AND kept.copy_id >= ? AND (found.copy_id, found.resource_id) > (?, ?)
       ORDER BY kept.copy_id, found.resource_id LIMIT ${READ_MAX_ROWS}`;
    return this.#pages(narrowing, {
      ...{ sql, begin: FIRST },
      parameters: ({ at, resourceId }) => [types ?? null, types ?? null, patient, at, at, resourceId],
      placeOf: ({ copyId, resourceId }) => ({ at: copyId, resourceId }),
    });
  }

  /** Those of one record that have a term; looked up by the term, since a record may have thousands of entries. */
  inRecord(copyId: number, { by, anyOf }: CopyTerm, resourceType: string | undefined): FoundResource[] {
    const type = resourceType === undefined ? null : this.#type(resourceType);
    return anyOf
      .flatMap((value) =>
        this.#store.all<Row>(
          `SELECT ${columns('TRUE')} FROM copied_terms AS t CROSS JOIN copied_resources AS found USING (resource_id)
           WHERE t.term = ? AND copy_id = ? AND (? IS NULL OR type = ?) ORDER BY resource_id`,
          ...[termMac(this.#box, by, value), copyId, type, type],
        ),
      )
      .flatMap((row) => foundOf(row, { at: row.fromMs, resourceId: row.resourceId }) ?? []);
  }

  *#pages(
    { terms = [], span, isOfTime, after }: Narrowing,
    pages: Pages,
  ): Generator<FoundResource | undefined> {
    const has =
      'EXISTS (SELECT 1 FROM copied_terms AS t WHERE t.resource_id = found.resource_id AND instr(?, hex(t.term)) > 0)';
    const sql = pages.sql(['from_ms < ? AND to_ms > ?', ...terms.map(() => has)].join(' AND '));
    const narrowing = [
      span?.toMs ?? Number.MAX_SAFE_INTEGER,
      span?.fromMs ?? Number.MIN_SAFE_INTEGER,
      ...terms.map(({ by, anyOf }) => hexList(anyOf.map((value) => termMac(this.#box, by, value)))),
    ];
    let from = after ?? pages.begin;
    for (;;) {
      const rows = this.#store.all<Row>(sql, ...narrowing, ...pages.parameters(from));
      for (const row of rows) yield isOfTime?.(row) === false ? undefined : foundOf(row, pages.placeOf(row));
      const last = rows.at(-1);
      if (last === undefined || rows.length < READ_MAX_ROWS) return;
      from = pages.placeOf(last);
    }
  }

  #type(resourceType: string): Uint8Array {
    return this.#box.mac(TYPE_COLUMN, resourceType);
  }
}

/** How resources are read page by page. */
interface Pages {
  /** @param isMeant condition, with parameters that come first */
  readonly sql: (isMeant: string) => string;
  readonly parameters: (after: CopyPlace) => readonly (Uint8Array | number | string | null)[];
  readonly placeOf: (row: Row) => CopyPlace;
  readonly begin: CopyPlace;
}

/** @param isMeant condition */
const columns = (isMeant: string): string =>
  `found.resource_id AS resourceId, from_ms AS fromMs, to_ms AS toMs, found.copy_id AS copyId, (${isMeant}) AS isMeant`;

const foundOf = ({ isMeant, copyId, resourceId }: Row, place: CopyPlace): FoundResource | undefined =>
  isMeant === 0 ? undefined : { place, resourceId, copyId };
