import { LOINC, codeEntry } from '@careledger/clinical';
import { findColumn, missing, nameOf, type Format, type Layout } from './layout.js';
import type { GlucoseUnit } from './recording.js';
import type { TableRow } from './table.js';

/** Names of the columns: English, German, Spanish, French. */
const NAMES = {
  /** The kind of a row: 0 a value of each quarter of an hour, 1 a scan, 2 a test strip. */
  recordType: ['record type', 'aufzeichnungstyp', 'tipo de registro', "type d'enregistrement"],
  time: [
    'device timestamp',
    'gerätezeitstempel',
    'sello de tiempo del dispositivo',
    "horodatage de l'appareil",
  ],
  serial: ['serial number', 'seriennummer', 'número de serial', 'número de serie', 'numéro de série'],
} as const;
/** History, scans and test strips; the unit stands in the name. */
const GLUCOSE = /gluco|gluko|glycémie/;
/** A test strip measures in blood, the sensor in interstitial fluid. */
const STRIP = /strip|teststreifen|tira reactiva|électrode|bandelette/;
const UNIT = /[ (](mg\/dl|mmol\/l)\)?$/;
const ONE_PATIENT = 'patient';

/**
 * Export of LibreView: a line with who made it and when, then the header. Times are the reader's or phone's own, in the
 * order of day and month of the account. Of each row one of the glucose columns has a value; insulin, food, ketones and
 * notes are ignored.
 */
export const libreView: Format = {
  findHeader: (rows) =>
    rows.findIndex((row) => columnOf(row, 'time') !== undefined && columnOf(row, 'recordType') !== undefined),

  layoutOf(header, file, { subject = ONE_PATIENT }): Layout {
    const measures = header.cells.flatMap((cell, index) => {
      const name = nameOf(cell);
      const [, unit] = UNIT.exec(name) ?? [];
      const entry = codeEntry(STRIP.test(name) ? LOINC.glucose : LOINC.interstitialGlucose);
      if (unit === undefined || entry === undefined || !GLUCOSE.test(name)) return [];
      const glucoseUnit: GlucoseUnit = unit === 'mg/dl' ? 'mg/dL' : 'mmol/L';
      return [{ index, name: cell, entry, glucoseUnit }];
    });
    if (measures.length === 0)
      throw missing(
        header,
        file,
        'Historic Glucose mg/dL',
        'Export the glucose data of LibreView, unchanged.',
      );
    const timeColumn = columnOf(header, 'time', file);
    const recordType = columnOf(header, 'recordType', file);
    if (timeColumn === undefined || recordType === undefined)
      throw missing(header, file, 'Device Timestamp', 'Export the glucose data of LibreView, unchanged.');
    const device = columnOf(header, 'serial', file);
    return {
      ...{ timeColumn, measures, subject: { only: subject } },
      takes: (cells) => measures.some(({ index }) => (cells[index] ?? '') !== ''),
      sequenceOf: (cells) => `${device === undefined ? '' : cells[device.index]} ${cells[recordType.index]}`,
    };
  },
};

function columnOf(header: TableRow, column: keyof typeof NAMES, file = ''): ReturnType<typeof findColumn> {
  const name = header.cells.find((cell) =>
    NAMES[column].some((known) => known === nameOf(cell).replace('’', "'")),
  );
  return name === undefined ? undefined : findColumn(header, file, name);
}
