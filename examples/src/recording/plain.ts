import { CODES, columnEntry, isGlucose } from '@careledger/clinical';
import {
  findColumn,
  missing,
  nameOf,
  onePerCode,
  type Format,
  type Layout,
  type MeasureColumn,
} from './layout.js';
import type { RecordingOptions } from './recording.js';
import type { TableRow } from './table.js';

/** Subject of a recording whose file has no column `subject`: one patient, one bedside monitor. */
const ONLY_SUBJECT = 'bedside';
const TIME = 'time';
const SUBJECT = 'subject';

/** Columns that hold a measurement. */
export const MEASURE_COLUMNS: readonly string[] = CODES.flatMap(({ column }) => column ?? []);

function measureColumn(cell: string, index: number): MeasureColumn | undefined {
  const name = nameOf(cell);
  const entry = columnEntry(name);
  if (entry === undefined) return undefined;
  return {
    ...{ index, name, entry },
    ...(isGlucose(entry.code) && { glucoseUnit: entry.unit === 'mmol/L' ? 'mmol/L' : 'mg/dL' }),
  };
}

const measuresOf = (header: TableRow): MeasureColumn[] =>
  header.cells.flatMap((cell, index) => measureColumn(cell, index) ?? []);

const isHeader = ({ cells }: TableRow): boolean =>
  cells.some((cell) => nameOf(cell) === TIME) &&
  cells.some((cell, at) => measureColumn(cell, at) !== undefined);

/** Our own: a header in the first line with `time`, columns of the code table, and `subject` where there are several people. */
export const plain: Format = {
  findHeader: (rows) => rows.findIndex(isHeader),

  layoutOf(header, file, options): Layout {
    const measures = measuresOf(header);
    onePerCode(measures, header, file, options);
    const timeColumn = findColumn(header, file, TIME);
    if (timeColumn === undefined) throw missing(header, file, TIME, 'Name it so.');
    return {
      ...{ timeColumn, measures },
      subject: subjectOf(header, file, measures, options),
      takes: () => true,
      sequenceOf: () => '',
    };
  },
};

function subjectOf(
  header: TableRow,
  file: string,
  measures: readonly MeasureColumn[],
  { subject, subjectColumn }: RecordingOptions,
): Layout['subject'] {
  if (subject !== undefined) return { only: subject };
  const column = findColumn(header, file, subjectColumn ?? SUBJECT);
  if (column !== undefined) return column;
  const last = header.cells.findLastIndex((cell) => cell !== '');
  const others = header.cells.filter(
    (cell, at) => at <= last && nameOf(cell) !== TIME && measures.every(({ index }) => index !== at),
  );
  // Another column, named or not, may be what tells people apart: one person must not be made of several.
  if (subjectColumn === undefined && others.length === 0) return { only: ONLY_SUBJECT };
  throw missing(
    header,
    file,
    subjectColumn ?? SUBJECT,
    'Name the column that tells people apart (--subject-column id), or say whose all rows are (--subject name).',
  );
}
