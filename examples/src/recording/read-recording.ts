import { readFile } from 'node:fs/promises';
import { isGlucose } from '@careledger/clinical';
import { timestampOf } from '@careledger/domain';
import { findTable } from './find-layout.js';
import { beyondRange, mgDlOf, sentCode, withinRange } from './glucose.js';
import type { MeasureColumn } from './layout.js';
import { otherUnitOf } from './other-unit.js';
import { RecordingError } from './problem.js';
import { RowReader, type WrittenCell, type WrittenRow } from './read-rows.js';
import type { RecordedReading, Recording, RecordingOptions, RecordingRow } from './recording.js';
import { textOf } from './text.js';
import { placeInZone } from './time-zone.js';
import { tooEarly } from './wall-clock.js';

/**
 * Reads a file of measurements: our own plain form, an export of LibreView or of Dexcom Clarity. What a file leaves open
 * (order of day and month, zone, unit) has to be said in `options` or is refused: nothing is guessed.
 * @throws RecordingError at the first thing that is not right, before anything is sent
 */
export async function readRecording(file: string, options: RecordingOptions = {}): Promise<Recording> {
  const text = textOf(await readFile(file), file, options.encoding);
  const { header, layout, rows: tableRows } = findTable(text, file, options);
  const reader = new RowReader(file, header, layout, options);
  const written = tableRows.flatMap((row) => reader.read(row) ?? []);
  for (const rows of bySubject(written).values()) checkUnits(file, rows, options);
  const timed = timesOf(file, layout.timeColumn.name, written, options);
  const rows = timed
    .map(({ row, timeMs }) => recordingRow(row, timeMs, options))
    .filter(({ readings }) => readings.length > 0)
    .sort((a, b) => a.timeMs - b.timeMs);
  if (rows.length === 0)
    throw new RecordingError(
      'EMPTY',
      {
        file,
        line: tableRows.at(-1)?.line ?? header.line,
        column: layout.measures.map(({ name }) => name).join(', '),
      },
      'There are no readings below the header. Check that the export holds the time that you want.',
    );
  const readings = rows.flatMap((row) => row.readings);
  return {
    subjects: bySubject(rows),
    codes: [...new Set(readings.map(({ code }) => code))].sort(),
    rowCount: rows.length,
    readingCount: readings.length,
  };
}

const bySubject = <Row extends { readonly subject: string }>(rows: readonly Row[]): Map<string, Row[]> =>
  Map.groupBy(rows, ({ subject }) => subject);

/** @throws RecordingError where a person's values can only be of another unit, unless that of glucose was said */
function checkUnits(file: string, rows: readonly WrittenRow[], { unit }: RecordingOptions): void {
  const numbers = new Map<MeasureColumn, { line: number; values: number[] }>();
  for (const { line, cells } of rows)
    for (const { measure, written } of cells) {
      if (written.kind !== 'number') continue;
      const known = numbers.get(measure);
      if (known === undefined) numbers.set(measure, { line, values: [written.value] });
      else known.values.push(written.value);
    }
  for (const [{ entry, name, glucoseUnit }, { line, values }] of numbers) {
    if (glucoseUnit !== undefined && unit !== undefined) continue;
    const hint = otherUnitOf({ code: entry.code, ...(glucoseUnit && { glucoseUnit }) }, values);
    if (hint !== undefined)
      throw new RecordingError(
        'UNIT_DOUBTFUL',
        { file, line, column: name },
        `The values cannot be ${glucoseUnit ?? entry.unit}: ${hint}`,
      );
  }
}

/** Places each subject's rows in time. @throws RecordingError at a local time that occurred twice or not at all */
function timesOf(
  file: string,
  column: string,
  rows: readonly WrittenRow[],
  { timezone = 'UTC' }: RecordingOptions,
): { row: WrittenRow; timeMs: number }[] {
  const sequences = Map.groupBy(rows, ({ subject, sequence }) => JSON.stringify([subject, sequence]));
  return [...sequences.values()].flatMap((sequence) => {
    const times = sequence.map(({ time }) => ({
      kind: time.kind,
      ms: time.kind === 'instant' ? time.timeMs : time.wallMs,
    }));
    return placeInZone(times, timezone).map((placed, at) => {
      const row = sequence[at] as WrittenRow;
      if ('timeMs' in placed && placed.timeMs < 0)
        throw new RecordingError(
          'TIME_INVALID',
          { file, line: row.line, column },
          tooEarly(
            `${new Date(row.time.kind === 'wall' ? row.time.wallMs : placed.timeMs).toISOString().slice(0, -1)} in ${timezone}`,
          ),
        );
      if ('timeMs' in placed) return { row, timeMs: placed.timeMs };
      throw new RecordingError(
        placed.code,
        { file, line: row.line, column },
        placed.code === 'TIME_SKIPPED'
          ? `Clocks in ${timezone} were put forward over this time. Check --timezone, or write the distance from UTC.`
          : `Clocks in ${timezone} showed this time twice, and the order of the rows does not tell which it is. Write the distance from UTC.`,
      );
    });
  });
}

function recordingRow(
  { subject, cells }: WrittenRow,
  timeMs: number,
  options: RecordingOptions,
): RecordingRow {
  const t = timestampOf(timeMs);
  const readings = cells.map(({ measure, written }): RecordedReading => {
    const { code, unit } = measure.entry;
    return {
      ...{ t, code: sentCode(code, options.instrument) },
      ...valueOf(measure, written, options),
      unit: isGlucose(code) ? 'mg/dL' : unit,
    };
  });
  return { subject, timeMs, readings };
}

function valueOf(
  { entry, glucoseUnit }: MeasureColumn,
  written: WrittenCell['written'],
  { unit = glucoseUnit, instrument }: RecordingOptions,
): Pick<RecordedReading, 'value' | 'comparator'> {
  if (written.kind === 'beyond') return beyondRange(written.comparator, entry.code, instrument);
  const { comparator } = written;
  if (!isGlucose(entry.code)) return { value: written.value, ...(comparator && { comparator }) };
  const value = unit === 'mmol/L' ? mgDlOf(written.value) : written.value;
  return comparator === undefined ? withinRange(value, instrument) : { value, comparator };
}
