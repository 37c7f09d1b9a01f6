import { SYSTEM } from '@careledger/fhir';
import { HOUR_MS } from '../services/start.js';

const START_MS = Date.parse('2015-01-01T00:00:00Z');
/** What is measured all the time, in turn. */
const COMMON = [
  { code: '2339-0', text: 'Glucose', unit: 'mg/dL', value: 100 },
  { code: '2951-2', text: 'Sodium', unit: 'mmol/L', value: 130 },
] as const;
/** What is measured so often, however much else is. */
const RARE = { code: '4548-4', text: 'Haemoglobin A1c', unit: '%', value: 5 } as const;
export const RARE_TIMES = 10;
const VALUES = 20;

/** Tokens of a search. */
export const COMMON_CODE = `${SYSTEM.loinc}|${COMMON[0].code}`;
export const RARE_CODE = `${SYSTEM.loinc}|${RARE.code}`;
/** Hours between two observations of the common code. */
const COMMON_EVERY = COMMON.length;

export const timeOf = (hour: number): string => new Date(START_MS + hour * HOUR_MS).toISOString();

/** Its multiples spread evenly over a range. */
const GOLDEN = 0.618_033_988_749_895;

/**
 * Parameters of a search for the common code, in a span somewhere within so many hours: another one each turn. It has so many
 * observations at least, and one or two more at most.
 */
export function spanQuery(hours: number, atLeast: number, turn: number): string {
  const span = (atLeast + 1) * COMMON_EVERY;
  const from = Math.floor((turn * GOLDEN * hours) % (hours - span));
  return `code=${encodeURIComponent(COMMON_CODE)}&date=ge${timeOf(from)}&date=lt${timeOf(from + span)}`;
}

/**
 * What was measured at one hour of `hours`: of each of two codes every other hour, and a third one ten times in all, in the place
 * of the second.
 * @param patient id that FHIR has
 */
export function observation(patient: string, hour: number, hours: number): object {
  const isRare = hour % (2 * Math.ceil(hours / RARE_TIMES / 2)) === 1;
  const { code, text, unit, value } = isRare ? RARE : (COMMON[hour % COMMON.length] ?? COMMON[0]);
  return {
    resourceType: 'Observation',
    status: 'final',
    category: [
      {
        coding: [{ system: SYSTEM.observationCategory, code: 'laboratory' }],
      },
    ],
    code: { coding: [{ system: SYSTEM.loinc, code }], text },
    subject: { reference: `Patient/${patient}` },
    effectiveDateTime: timeOf(hour),
    valueQuantity: { value: value + (hour % VALUES), unit, system: SYSTEM.ucum, code: unit },
  };
}
