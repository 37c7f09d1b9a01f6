import { clarity } from './clarity.js';
import { nameOf, missing, type Format, type Layout } from './layout.js';
import { libreView } from './libreview.js';
import { MEASURE_COLUMNS, plain } from './plain.js';
import { RecordingError } from './problem.js';
import type { RecordingFormat, RecordingOptions } from './recording.js';
import { separatorsOf, tableRows, type TableRow } from './table.js';

const FORMATS: Readonly<Record<RecordingFormat, Format>> = { clarity, libreview: libreView, plain };
/** Rows among which a header is looked for. */
const HEADER_WITHIN_ROWS = 12;

/** A file's rows below its header, and what they hold. */
export interface Table {
  readonly header: TableRow;
  readonly layout: Layout;
  readonly rows: readonly TableRow[];
}

/** Finds what separates cells, the format and its header. @throws RecordingError where there is none that is read */
export function findTable(text: string, file: string, options: RecordingOptions): Table {
  const separators = separatorsOf(text, options.separator);
  for (const separator of separators) {
    const head = headOf(text, separator, file);
    for (const [name, format] of Object.entries(FORMATS)) {
      if (options.format !== undefined && options.format !== name) continue;
      const at = format.findHeader(head);
      const header = head[at];
      if (header === undefined) continue;
      const [first] = head;
      if (name === 'plain' && first !== undefined && at > 0) throw preamble(first, header, file);
      const layout = format.layoutOf(header, file, options);
      return { header, layout, rows: tableRows(text, separator, file).slice(at + 1) };
    }
  }
  throw noHeader(text, file, separators);
}

/** The first rows, or the very first where quotes below do not match; none where this is not what separates cells. */
function headOf(text: string, separator: string, file: string): TableRow[] {
  for (const count of [HEADER_WITHIN_ROWS, 1])
    try {
      return tableRows(text, separator, file, count);
    } catch (error) {
      if (!(error instanceof RecordingError)) throw error;
    }
  return [];
}

const preamble = (first: TableRow, header: TableRow, file: string): RecordingError =>
  new RecordingError(
    'PREAMBLE',
    { file, line: first.line, column: '1' },
    `The header stands in line ${header.line} only. Delete what is above it.`,
  );

function noHeader(text: string, file: string, separators: readonly string[]): RecordingError {
  const heads = separators.map((separator) => tableRows(text, separator, file, 1)[0]);
  const [first] = heads.filter((head) => head !== undefined).sort((a, b) => b.cells.length - a.cells.length);
  if (first === undefined)
    return new RecordingError(
      'EMPTY',
      { file, line: 1, column: '1' },
      `The file is empty: no readings. Its first line names the columns: \`time\`, \`subject\` and measurements such as \`glucose_mg_dl\`.`,
    );
  const hasTime = first.cells.some((cell) => nameOf(cell) === 'time');
  return hasTime
    ? missing(
        first,
        file,
        'glucose_mg_dl',
        `Name a measurement so, or as one of ${MEASURE_COLUMNS.join(', ')}.`,
      )
    : missing(
        first,
        file,
        'time',
        'The first line names the columns: `time`, `subject` and measurements such as `glucose_mg_dl`.',
      );
}
