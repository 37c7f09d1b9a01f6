import type { Comparator, DeviceKind } from '@careledger/clinical';
import type { Reading } from '@careledger/domain';

/** One cell of a recording. */
export interface RecordedReading extends Reading {
  /** Where the instrument showed no value, but that it lies beyond what it measures. */
  readonly comparator?: Comparator;
}

/** One row of a recording: what one device measured at one time. */
export interface RecordingRow {
  readonly subject: string;
  readonly timeMs: number;
  /** A reading for each non-empty cell of a known column, in the file's order of columns. */
  readonly readings: readonly RecordedReading[];
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

/** What measured glucose: `Low` and `High` stand for the ends of its range. */
export type Instrument = Extract<DeviceKind, 'cgm' | 'meter'>;
export type GlucoseUnit = 'mg/dL' | 'mmol/L';
export type DateOrder = 'day-month' | 'month-day';
export type RecordingFormat = 'plain' | 'libreview' | 'clarity';

/** What a file does not say of itself. Whatever is left out is taken from the file, or refused where it could be two things. */
export interface RecordingOptions {
  /** By its columns, unless said. */
  readonly format?: RecordingFormat;
  /** IANA zone of the times that have none. */
  readonly timezone?: string;
  /** Of dates whose year stands last. */
  readonly dateOrder?: DateOrder;
  /** Of glucose columns, whatever their name says. */
  readonly unit?: GlucoseUnit;
  /** What measured the glucose. */
  readonly instrument?: Instrument;
  /** The column that tells people apart. */
  readonly subjectColumn?: string;
  /** All rows are of this one person. */
  readonly subject?: string;
  /** WHATWG label of the file's encoding, e.g. `windows-1252`. */
  readonly encoding?: string;
  /** Of cells; found by the header, unless said. */
  readonly separator?: string;
}
