import { LOINC, codeEntry } from '@careledger/clinical';
import { findColumn, missing, nameOf, type Format, type Layout } from './layout.js';

const EVENT_TYPE = 'Event Type';
/** An estimated glucose value: what the sensor measured. */
const MEASURED = 'EGV';
const TIME = /^timestamp \(/;
const GLUCOSE = /^glucose value \((mg\/dl|mmol\/l)\)$/;
const ONE_PATIENT = 'patient';

/**
 * Export of Dexcom Clarity: the header, then rows about the patient, the device and its alerts that have no time, then
 * events. Times are the receiver's or phone's own. Of the events, the sensor's values (EGV) are read.
 */
export const clarity: Format = {
  findHeader: (rows) =>
    rows.findIndex(({ cells }) => {
      const names = cells.map(nameOf);
      return names.includes(nameOf(EVENT_TYPE)) && names.some((name) => TIME.test(name));
    }),

  layoutOf(header, file, { subject = ONE_PATIENT }): Layout {
    const glucose = codeEntry(LOINC.interstitialGlucose);
    const index = header.cells.findIndex((cell) => GLUCOSE.test(nameOf(cell)));
    const name = header.cells[index];
    const time = header.cells.find((cell) => TIME.test(nameOf(cell)));
    const timeColumn = time === undefined ? undefined : findColumn(header, file, time);
    const eventType = findColumn(header, file, EVENT_TYPE);
    if (name === undefined || glucose === undefined || timeColumn === undefined || eventType === undefined)
      throw missing(header, file, 'Glucose Value (mg/dL)', 'Export the data of Clarity, unchanged.');
    const device = findColumn(header, file, 'Source Device ID');
    return {
      timeColumn,
      measures: [
        { ...{ index, name, entry: glucose }, glucoseUnit: /mmol/i.test(name) ? 'mmol/L' : 'mg/dL' },
      ],
      subject: { only: subject },
      takes: (cells) => nameOf(cells[eventType.index] ?? '') === nameOf(MEASURED),
      sequenceOf: (cells) => (device === undefined ? '' : (cells[device.index] ?? '')),
    };
  },
};
