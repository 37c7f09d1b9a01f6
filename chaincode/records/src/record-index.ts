import {
  KeyFamily,
  PRESENT,
  pagedRows,
  type Evaluation,
  type PageRequest,
  type Present,
  type StateWriter,
} from '@careledger/chaincode-runtime';
import { ContractError } from '@careledger/contracts';
import { timestampOf, type RecordKind } from '@careledger/domain';

/** What records are found by. */
export interface Indexed {
  readonly patientId: string;
  readonly author: string;
  readonly kind: RecordKind;
  readonly period: { readonly start: string };
}

export interface RecordFilter extends PageRequest {
  readonly patientId?: string;
  readonly authorityId?: string;
  readonly kind?: RecordKind;
  readonly from?: string;
  readonly to?: string;
}

/** One spelling of a time, so that keys sort by it: `Timestamp` leaves the milliseconds open. */
export const sortableTime = (time: string): string => timestampOf(Date.parse(time));

/** Entries of one kind of record, by patient or author and, with or without the kind, by period start. */
export class RecordIndex<Row extends Indexed> {
  readonly #byPatient: KeyFamily<Present>;
  readonly #byPatientKind: KeyFamily<Present>;
  readonly #byAuthor: KeyFamily<Present>;
  readonly #byAuthorKind: KeyFamily<Present>;

  /**
   * @param name of the families
   * @param tail what names a row besides the patient: key parts, by name
   */
  constructor(name: string, tail: readonly string[]) {
    this.#byPatient = new KeyFamily(`${name}-by-patient`, ['patientId', 'start', ...tail]);
    this.#byPatientKind = new KeyFamily(`${name}-by-patient-kind`, ['patientId', 'kind', 'start', ...tail]);
    this.#byAuthor = new KeyFamily(`${name}-by-author`, ['author', 'start', 'patientId', ...tail]);
    this.#byAuthorKind = new KeyFamily(`${name}-by-author-kind`, [
      'author',
      'kind',
      'start',
      'patientId',
      ...tail,
    ]);
  }

  add(state: StateWriter, row: Row, tail: readonly string[]): void {
    for (const key of this.#keysOf(row, tail)) state.put(key, PRESENT);
  }

  remove(state: StateWriter, row: Row, tail: readonly string[]): void {
    for (const key of this.#keysOf(row, tail)) state.delete(key);
  }

  /**
   * A page of rows, by period start.
   * @param load the row behind an entry, from the patient and the key's tail
   * @throws ContractError `ARGUMENT_INVALID` unless the filter names a patient or an authority
   */
  page(
    { state }: Evaluation,
    filter: RecordFilter,
    load: (patientId: string, tail: readonly string[]) => Promise<Row | undefined>,
  ): Promise<{ rows: Row[]; bookmark: string }> {
    const { patientId, authorityId, kind, from, to, ...page } = filter;
    const range = {
      from: from === undefined ? undefined : sortableTime(from),
      to: to === undefined ? undefined : sortableTime(to),
    };
    const kinds = kind === undefined ? [] : [kind];
    if (patientId !== undefined) {
      const family = kind === undefined ? this.#byPatient : this.#byPatientKind;
      const tailAt = 2 + kinds.length;
      return pagedRows(state, page, {
        prefix: family.under(patientId, ...kinds),
        ...range,
        rowOf: async ({ parts }) => {
          const row = await load(patientId, parts.slice(tailAt));
          return authorityId === undefined || row?.author === authorityId ? row : undefined;
        },
      });
    }
    if (authorityId === undefined)
      throw new ContractError('ARGUMENT_INVALID', 'Name a patient, an authority, or both.');
    const family = kind === undefined ? this.#byAuthor : this.#byAuthorKind;
    const patientAt = 2 + kinds.length;
    return pagedRows(state, page, {
      prefix: family.under(authorityId, ...kinds),
      ...range,
      rowOf: ({ parts }) => load(parts[patientAt] ?? '', parts.slice(patientAt + 1)),
    });
  }

  #keysOf({ patientId, author, kind, period }: Row, tail: readonly string[]) {
    const start = sortableTime(period.start);
    const keys = [
      this.#byPatient.at(patientId, start, ...tail),
      this.#byPatientKind.at(patientId, kind, start, ...tail),
    ];
    // A patient's own records are found by the patient.
    if (author === patientId) return keys;
    return [
      ...keys,
      this.#byAuthor.at(author, start, patientId, ...tail),
      this.#byAuthorKind.at(author, kind, start, patientId, ...tail),
    ];
  }
}
