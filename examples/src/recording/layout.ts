import type { codeEntry } from '@careledger/clinical';
import { sentCode } from './glucose.js';
import { RecordingError } from './problem.js';
import type { GlucoseUnit, RecordingOptions } from './recording.js';
import type { TableRow } from './table.js';

/** What the table of codes says of a measurement. */
export type CodeEntry = NonNullable<ReturnType<typeof codeEntry>>;

/** A column that holds measurements. */
export interface MeasureColumn {
  readonly index: number;
  readonly name: string;
  readonly entry: CodeEntry;
  /** Unit of a glucose column, by its name. */
  readonly glucoseUnit?: GlucoseUnit;
}

/** Where a table has what. */
export interface Layout {
  readonly timeColumn: { readonly index: number; readonly name: string };
  readonly measures: readonly MeasureColumn[];
  /** The column that tells people apart, or the one person of all rows. */
  readonly subject: { readonly index: number; readonly name: string } | { readonly only: string };
  /** Rows that are something else than measurements: false. */
  takes(cells: readonly string[]): boolean;
  /** Names the run of rows, within a subject, that is in order of time. */
  sequenceOf(cells: readonly string[]): string;
}

/** A form in which recordings come. */
export interface Format {
  /** Position of the header among the first rows, or -1. */
  findHeader(rows: readonly TableRow[]): number;
  /** @throws RecordingError where a column is missing or there twice */
  layoutOf(header: TableRow, file: string, options: RecordingOptions): Layout;
}

/** A column's name as it is compared: exports differ in case and in spaces around it. */
export const nameOf = (cell: string): string => cell.toLowerCase().replace(/\s+/g, ' ');

/** Position of the column with this name; undefined if there is none. @throws RecordingError if there are two */
export function findColumn(
  header: TableRow,
  file: string,
  name: string,
): { readonly index: number; readonly name: string } | undefined {
  const [index, again] = header.cells.flatMap((cell, at) => (nameOf(cell) === nameOf(name) ? [at] : []));
  if (again !== undefined)
    throw new RecordingError(
      'COLUMN_DUPLICATE',
      { file, line: header.line, column: name },
      `The header has \`${name}\` as columns ${(index ?? 0) + 1} and ${again + 1}. Leave one of them.`,
    );
  return index === undefined ? undefined : { index, name };
}

/** @throws RecordingError that names the column which is missing, and those that are there */
export function missing(header: TableRow, file: string, column: string, advice: string): RecordingError {
  const there = header.cells.map((cell) => `\`${cell}\``).join(', ');
  return new RecordingError(
    'COLUMN_MISSING',
    { file, line: header.line, column },
    `There is no column \`${column}\`; there are ${there}. ${advice}`,
  );
}

/** @throws RecordingError where one code has two columns: which of the two counts, nobody can say */
export function onePerCode(
  measures: readonly MeasureColumn[],
  header: TableRow,
  file: string,
  { instrument }: RecordingOptions,
): void {
  const byCode = new Map<string, MeasureColumn>();
  for (const measure of measures) {
    const code = sentCode(measure.entry.code, instrument);
    const other = byCode.get(code);
    if (other !== undefined)
      throw new RecordingError(
        'COLUMN_DUPLICATE',
        { file, line: header.line, column: measure.name },
        `Columns ${other.index + 1} (\`${other.name}\`) and ${measure.index + 1} hold the same measurement. Leave one of them.`,
      );
    byCode.set(code, measure);
  }
}
