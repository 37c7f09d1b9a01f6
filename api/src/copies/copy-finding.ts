import type { SealedBox } from '../store/sealed-box.js';
import type { Store } from '../store/store.js';
import { copyPlaceOf, hexList, termMac, type CopyTerm, type TermKind } from './copy-terms.js';
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
/** Of as many terms at once each is looked up by itself; of more, the resources of the patient are gone through. */
const TERMS_LOOKED_UP_MAX = 8;
/** What a resource has the fewest others in common with comes first. */
const BY_SELECTIVITY: readonly TermKind[] = ['entry', 'reference', 'code', 'category', 'status'];
/** What tells of a longer time is looked up apart, by an index of its own (`store/migrations.ts`): 31 days. */
const LONG_MS = 31 * 24 * 60 * 60_000;
/** Before any time that a date can name. */
const NO_TIME_MS = -8.64e15;
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
  *byTime(
    patient: Uint8Array,
    { resourceType, order, ...narrowing }: CopyFilter,
  ): Generator<FoundResource | undefined> {
    const type = this.#type(resourceType);
    const isRising = order === 'asc';
    const stages = stagesOf(narrowing.span);
    const { terms = [] } = narrowing;
    if (terms.some(({ anyOf }) => anyOf.length === 0)) return;
    const driving = drivingTerm(terms);
    const macs = driving?.anyOf.map((value) => termMac(this.#box, driving.by, value)) ?? [];
    for (const stage of isRising ? stages.toReversed() : stages) {
      const source = stage.isLongAlone
        ? longOfType(patient, type)
        : driving === undefined
          ? ofType(patient, type)
          : ofTerms(macs, copyPlaceOf(patient, type));
      yield* this.#pages(narrowing, {
        ...timed(source, stage, isRising),
        begin: isRising ? FIRST : LAST,
        placeOf: ({ fromMs, resourceId }) => ({ at: fromMs, resourceId }),
      });
    }
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
    const sql = pages.sql(['found.from_ms < ? AND found.to_ms > ?', ...terms.map(() => has)].join(' AND '));
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

/** Part of the time in which resources begin. */
interface Stage {
  readonly fromMs: number;
  readonly toMs: number;
  /** Those that tell of more than {@link LONG_MS}: no other that begins so early reaches the span. */
  readonly isLongAlone: boolean;
}

/** Where what tells of a span at least in part may begin, latest first. */
function stagesOf(span: Span | undefined): Stage[] {
  const { fromMs = Number.MIN_SAFE_INTEGER, toMs = Number.MAX_SAFE_INTEGER } = span ?? {};
  if (fromMs < NO_TIME_MS) return [{ fromMs: Number.MIN_SAFE_INTEGER, toMs, isLongAlone: false }];
  const edgeMs = fromMs - LONG_MS;
  return [
    { fromMs: edgeMs, toMs, isLongAlone: false },
    { fromMs: Number.MIN_SAFE_INTEGER, toMs: Math.min(edgeMs, toMs), isLongAlone: true },
  ];
}

/** By which resources are looked up; undefined where they are gone through. */
function drivingTerm(terms: readonly CopyTerm[]): CopyTerm | undefined {
  return terms
    .filter(({ anyOf }) => anyOf.length <= TERMS_LOOKED_UP_MAX)
    .toSorted((a, b) => BY_SELECTIVITY.indexOf(a.by) - BY_SELECTIVITY.indexOf(b.by))[0];
}

/** Where resources are looked up: each of the selects has its parameters, and columns `at` and `resource_id`. */
interface Source {
  readonly selects: readonly string[];
  readonly parameters: readonly (readonly Uint8Array[])[];
}

const ofType = (patient: Uint8Array, type: Uint8Array): Source => ({
  selects: ['SELECT resource_id, from_ms AS at FROM copied_resources WHERE patient = ? AND type = ?'],
  parameters: [[patient, type]],
});
const longOfType = (patient: Uint8Array, type: Uint8Array): Source => {
  const { selects, parameters } = ofType(patient, type);
  return { selects: selects.map((select) => `${select} AND to_ms - from_ms > ${LONG_MS}`), parameters };
};
const ofTerms = (macs: readonly Uint8Array[], place: Uint8Array): Source => ({
  selects: macs.map(() => 'SELECT resource_id, from_ms AS at FROM copied_terms WHERE term = ? AND place = ?'),
  parameters: macs.map((mac) => [mac, place]),
});

/** How a stage of a source is read page by page, each of its selects as far as one page at most. */
function timed({ selects, parameters }: Source, { fromMs, toMs }: Stage, isRising: boolean) {
  const [sign, order] = isRising ? ['>', 'asc'] : ['<', 'desc'];
  const paged = selects.map(
    (select) =>
      `SELECT * FROM (${select} AND from_ms >= ? AND from_ms < ? AND (from_ms, resource_id) ${sign} (?, ?)
       ORDER BY from_ms ${order}, resource_id ${order} LIMIT ${READ_MAX_ROWS})`,
  );
  return {
    sql: (isMeant: string) =>
      `SELECT ${columns(isMeant)} FROM (${paged.join(' UNION ')}) AS placed
       CROSS JOIN copied_resources AS found USING (resource_id)
       ORDER BY placed.at ${order}, placed.resource_id ${order} LIMIT ${READ_MAX_ROWS}`,
    parameters: ({ at, resourceId }: CopyPlace) =>
      parameters.flatMap((each) => [...each, fromMs, toMs, at, resourceId]),
  };
}

/** @param isMeant condition */
const columns = (isMeant: string): string =>
  `found.resource_id AS resourceId, found.from_ms AS fromMs, found.to_ms AS toMs, found.copy_id AS copyId, (${isMeant}) AS isMeant`;

const foundOf = ({ isMeant, copyId, resourceId }: Row, place: CopyPlace): FoundResource | undefined =>
  isMeant === 0 ? undefined : { place, resourceId, copyId };
