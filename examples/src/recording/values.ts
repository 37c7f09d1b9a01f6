import type { Comparator } from '@careledger/clinical';
import { hasForeignDigits } from './digits.js';

/** What a cell says of a measurement. */
export type WrittenValue =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'number';
      readonly value: number;
      readonly comparator?: Comparator;
      readonly mark?: DecimalMark;
    }
  /** A word for what lies beyond the instrument's range. */
  | { readonly kind: 'beyond'; readonly comparator: Comparator };

export type DecimalMark = '.' | ',';

/** Why a cell is no value: what is wrong, and what to do. */
export interface NoValue {
  readonly code: 'VALUE_INVALID' | 'VALUE_AMBIGUOUS';
  readonly problem: string;
}

/** Cells that say that nothing was measured; in capitals. */
const NOTHING = new Set(['', 'NULL', 'NA', 'N/A', 'NIL', 'NONE', '-', '--', '---', '–', '—']);

/** What programs and people write besides where they know no name; in capitals. */
const NOBODY = new Set([
  'NAN',
  '#N/A',
  '?',
  '.',
  'UNDEFINED',
  'UNKNOWN',
  'UNBEKANNT',
  'INCONNU',
  'DESCONOCIDO',
]);
/** Characters that nobody sees: control and format characters, e.g. a zero-width space. */
const INVISIBLE = /[\p{Cc}\p{Cf}]/gu;

/** Whether a cell names nobody: what programs write where there is nothing would make one person of several. */
export const saysNothing = (cell: string): boolean => {
  const word = cell.replace(INVISIBLE, '').trim().toUpperCase();
  return NOTHING.has(word) || NOBODY.has(word);
};

/** What instruments and their exports write below and above their range, by language; in capitals. */
const WORDS: ReadonlyMap<string, Comparator> = new Map([
  ...[
    'LOW',
    'LO',
    'NIEDRIG',
    'TIEF',
    'BAS',
    'BAJO',
    'BASSO',
    'BAIXO',
    'LAAG',
    'LÅG',
    'LÅGT',
    'LAV',
    'LAVT',
    'NISKI',
  ].map((word) => [word, '<'] as const),
  ...[
    'HIGH',
    'HI',
    'HOCH',
    'HAUT',
    'ÉLEVÉ',
    'ELEVÉ',
    'ALTO',
    'HOOG',
    'HÖG',
    'HÖGT',
    'HØJ',
    'HØJT',
    'HØY',
    'WYSOKI',
  ].map((word) => [word, '>'] as const),
]);

const NUMBER = /^(?<comparator>[<>])?\s*(?<number>-?\d+(?:(?<mark>[.,])(?<fraction>\d+))?)$/;
const THOUSANDS = /\d[.,'’\s]\d{3}(?:[.,'’\s]|$)/;
/** As many digits behind a comma may be thousands. */
const THOUSANDS_DIGITS = 3;

/** Reads a cell: decimals with a point or a comma, a bound such as `<40`, a word such as `Low`, or nothing. */
export function readValue(cell: string): WrittenValue | NoValue {
  const word = cell.normalize('NFC').toUpperCase();
  if (NOTHING.has(word)) return { kind: 'none' };
  const comparator = WORDS.get(word);
  if (comparator !== undefined) return { kind: 'beyond', comparator };
  const parts = NUMBER.exec(cell)?.groups;
  if (parts === undefined)
    return { code: 'VALUE_INVALID', problem: `\`${cell}\` is no decimal number. ${hintFor(cell)}` };
  const { number = '', mark, fraction, comparator: bound } = parts;
  if (mark === ',' && fraction?.length === THOUSANDS_DIGITS)
    return {
      code: 'VALUE_AMBIGUOUS',
      problem: `\`${cell}\` could be thousands or decimals. Write it with a point, or with other than three decimals.`,
    };
  const value = Number(number.replace(',', '.'));
  if (!Number.isFinite(value))
    return {
      code: 'VALUE_INVALID',
      problem: `\`${cell}\` is larger than any number here. Correct it at its source.`,
    };
  return {
    kind: 'number',
    // Without a negative zero, which JSON does not have.
    value: value === 0 ? 0 : value,
    ...(bound !== undefined && { comparator: bound as Comparator }),
    ...(mark !== undefined && { mark: mark as DecimalMark }),
  };
}

function hintFor(cell: string): string {
  if (hasForeignDigits(cell)) return 'It has digits of another script than 0 to 9. Write those.';
  if (/^0[xob]/i.test(cell)) return 'Write it in the decimal system.';
  if (/\de[+-]?\d/i.test(cell)) return 'Write it without an exponent.';
  if (/^[<>]=|^[≤≥]/u.test(cell)) return 'Of bounds, `<` and `>` are known.';
  if (THOUSANDS.test(cell)) return 'Write it without separators of thousands.';
  if (/^[<>]?\s*-?\d+(?:[.,]\d+)?\s*\D+$/.test(cell))
    return 'Write the number alone: the column names the unit, or --unit does.';
  return 'Write digits, with a decimal point or comma if need be, `<` or `>` before a bound, `Low` or `High` for what lies beyond the instrument’s range; leave the cell empty where nothing was measured.';
}
