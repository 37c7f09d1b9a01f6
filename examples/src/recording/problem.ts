/** Why a file is not read as a recording. */
export type RecordingErrorCode =
  /** Larger than is read into memory. */
  | 'FILE_TOO_LARGE'
  /** Bytes that are no text in the encoding that the file has or was said to have. */
  | 'ENCODING_UNKNOWN'
  /** Quotes that do not match. */
  | 'ROW_MALFORMED'
  /** Lines before the header. */
  | 'PREAMBLE'
  | 'COLUMN_MISSING'
  | 'COLUMN_DUPLICATE'
  /** Fewer cells than the header has. */
  | 'ROW_SHORT'
  /** Further cells that are not empty. */
  | 'ROW_LONG'
  | 'SUBJECT_EMPTY'
  | 'TIME_INVALID'
  /** A date that is day and month, or month and day. */
  | 'DATE_ORDER_UNSAID'
  | 'TIME_ZONE_UNSAID'
  /** A local time that occurred twice, where the order of rows does not tell which it is. */
  | 'TIME_AMBIGUOUS'
  /** A local time that did not occur: clocks were put forward over it. */
  | 'TIME_SKIPPED'
  | 'VALUE_INVALID'
  /** A mark that separates thousands or decimals. */
  | 'VALUE_AMBIGUOUS'
  /** Values that no one can have in the unit that the column names. */
  | 'UNIT_DOUBTFUL'
  /** No readings. */
  | 'EMPTY';

/** Where in a file: lines count from 1, a cell that spans lines is where its row begins. */
export interface Place {
  readonly file: string;
  readonly line: number;
  /** Name of the column, or names where one of several is meant. */
  readonly column: string;
}

/** A file that is no recording. The message names file, line and column, says what is wrong there and what to do next. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError';

  constructor(
    readonly code: RecordingErrorCode,
    readonly place: Place,
    /** A sentence or two: what is wrong, what to do. */
    problem: string,
    options?: ErrorOptions,
  ) {
    super(`${place.file}, line ${place.line}, column ${place.column}: ${problem} (${code})`, options);
  }
}
