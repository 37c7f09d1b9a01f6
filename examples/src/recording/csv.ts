import { createReadStream } from 'node:fs';
import { columnEntry } from '@careledger/clinical';
import { timestampOf, type Reading } from '@careledger/domain';
import { parse } from 'csv-parse';

/** Subject of a recording whose file has no column `subject`: one patient, one bedside monitor. */
const ONLY_SUBJECT = 'bedside';

/** One row of a recording: what one device measured at one time. */
export interface RecordingRow {
  readonly subject: string;
  readonly timeMs: number;
  /** A reading for each non-empty cell of a known column, in the file's order of columns. */
  readonly readings: readonly Reading[];
}

/** A whole recording in memory, rows in order of time within each subject. */
export interface Recording {
  readonly subjects: ReadonlyMap<string, readonly RecordingRow[]>;
  /** LOINC codes that occur. */
  readonly codes: readonly string[];
  readonly rowCount: number;
  /** Non-empty cells. */
  readonly readingCount: number;
}

/** A file that is no recording: the message says what is wrong, and on which line. */
class RecordingError extends Error {
  override readonly name = 'RecordingError';
  constructor(
    readonly code: 'COLUMN_MISSING' | 'TIME_INVALID' | 'VALUE_INVALID' | 'EMPTY',
    message: string,
  ) {
    super(message);
  }
}

/**
 * Reads a CSV file with a column `time` (RFC 3339), optionally `subject`, and any columns that the table of codes
 * knows, such as `glucose_mg_dl` or the bedside monitor's `hr_bpm`; other columns are ignored.
 */
export async function readRecording(path: string): Promise<Recording> {
  const subjects = new Map<string, RecordingRow[]>();
  const codes = new Set<string>();
  let rowCount = 0;
  let readingCount = 0;
  const rows = createReadStream(path).pipe(parse({ columns: true, bom: true, trim: true, info: true }));
  for await (const { record, info } of rows as AsyncIterable<{
    record: Record<string, string>;
    info: { lines: number };
  }>) {
    const row = rowOf(record, info.lines, path);
    if (row.readings.length === 0) continue;
    const known = subjects.get(row.subject);
    if (known === undefined) subjects.set(row.subject, [row]);
    else known.push(row);
    rowCount++;
    readingCount += row.readings.length;
    for (const reading of row.readings) codes.add(reading.code);
  }
  if (rowCount === 0)
    throw new RecordingError('EMPTY', `${path} holds no measurement in a column that is known.`);
  for (const rowsOfSubject of subjects.values()) rowsOfSubject.sort((a, b) => a.timeMs - b.timeMs);
  return { subjects, codes: [...codes].sort(), rowCount, readingCount };
}

function rowOf(record: Record<string, string>, line: number, path: string): RecordingRow {
  const { time, subject = ONLY_SUBJECT } = record;
  if (time === undefined) throw new RecordingError('COLUMN_MISSING', `${path} has no column \`time\`.`);
  const timeMs = Date.parse(time);
  if (Number.isNaN(timeMs))
    throw new RecordingError('TIME_INVALID', `${path}, line ${line}: \`${time}\` is no time.`);
  const t = timestampOf(timeMs);
  const readings = Object.entries(record).flatMap(([column, cell]) => {
    const entry = columnEntry(column);
    if (entry === undefined || cell === '') return [];
    const value = Number(cell);
    if (!Number.isFinite(value))
      throw new RecordingError(
        'VALUE_INVALID',
        `${path}, line ${line}: ${column} is \`${cell}\`, which is no number.`,
      );
    return [{ t, code: entry.code, value, unit: entry.unit }];
  });
  return { subject, timeMs, readings };
}
