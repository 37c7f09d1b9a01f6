import { InvalidArgumentError, Option, type Command } from 'commander';
import { isTimeZone } from './time-zone.js';

function parseZone(zone: string): string {
  if (isTimeZone(zone)) return zone;
  throw new InvalidArgumentError('Give a zone of the IANA database, such as Europe/Berlin.');
}

function parseSeparator(text: string): string {
  const separator = text === '\\t' || text === 'tab' ? '\t' : text;
  if (separator.length === 1) return separator;
  throw new InvalidArgumentError('Give one character, or tab.');
}

/** Adds what a recording’s file may leave open, under the names of `RecordingOptions`. */
export function addRecordingOptions(program: Command): Command {
  return program
    .addOption(
      new Option('--format <format>', 'of the recording; found by its columns, unless said').choices([
        'plain',
        'libreview',
        'clarity',
      ]),
    )
    .option('--timezone <zone>', 'IANA zone of times that have none, e.g. Europe/Berlin', parseZone)
    .addOption(
      new Option('--date-order <order>', 'of dates such as 05-12-2019').choices(['day-month', 'month-day']),
    )
    .addOption(
      new Option('--unit <unit>', 'of glucose, whatever the column is called').choices(['mg/dL', 'mmol/L']),
    )
    .addOption(
      new Option(
        '--instrument <kind>',
        'what measured glucose: Low and High are 40 and 400 mg/dL (cgm), or 20 and 600 (meter); by the column, unless said',
      ).choices(['cgm', 'meter']),
    )
    .option('--subject-column <name>', 'column that tells people apart, if it is not called subject')
    .option('--subject <name>', 'all rows are of this one person')
    .option('--encoding <label>', 'of the file, e.g. windows-1252; UTF-8 and UTF-16 are found')
    .option(
      '--separator <character>',
      'of cells: one character, or tab; found by the header',
      parseSeparator,
    );
}
