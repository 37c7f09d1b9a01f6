import { SYSTEM } from '@careledger/fhir';
import { ProblemError } from '@careledger/service-kit';
import { scaled, type Decimal } from '../resources/decimal.js';
import { isOverlapping, isWithin, type Bound, type Interval, type Measured } from '../resources/measured.js';
import { valuesOfList } from './token-parameter.js';

/** Prefix, and a number whose digits are so few that it is reckoned with. */
const NUMBER = /^([a-z]{2})?(-?)(\d{1,32})(?:\.(\d{1,32}))?(?:[eE]([+-]?\d{1,3}))?$/;
const DEFAULT_PREFIX = 'eq';

/** A number of a search. */
interface Wanted {
  /** To its last digit. */
  readonly at: Decimal;
  /** What it may stand for by how exactly it is written: half a unit of its last digit to either side, the upper end without. */
  readonly meant: Interval;
  /** A tenth of it to either side. */
  readonly about: Interval;
}

type Meaning = (told: Interval, wanted: Wanted) => boolean;

const above = ({ at }: Wanted): Interval => ({ low: { at, isOpen: true } });
const below = ({ at }: Wanted): Interval => ({ high: { at, isOpen: true } });

/**
 * What a prefix means (https://hl7.org/fhir/R4/search.html#prefix) of what was measured. How exactly a number is written counts for
 * `eq` and `ne` alone (https://hl7.org/fhir/R4/search.html#number).
 */
const PREFIXES: Readonly<Record<string, Meaning>> = {
  eq: (told, { meant }) => isWithin(told, meant),
  ne: (told, { meant }) => !isWithin(told, meant),
  gt: (told, wanted) => isOverlapping(told, above(wanted)),
  lt: (told, wanted) => isOverlapping(told, below(wanted)),
  // Of what is measured to a value: also where that value is its bound.
  ge: (told, { at }) => isOverlapping(told, { low: { at, isOpen: false } }),
  le: (told, { at }) => isOverlapping(told, { high: { at, isOpen: false } }),
  sa: (told, wanted) => isWithin(told, above(wanted)),
  eb: (told, wanted) => isWithin(told, below(wanted)),
  ap: (told, { about }) => isOverlapping(told, about),
};

/**
 * Whether what was measured is meant by a parameter of type quantity (https://hl7.org/fhir/R4/search.html#quantity): a number of any
 * unit, or with a UCUM code behind it. Nothing is converted from one unit to another.
 * @param values each has to hold; of a list with commas one
 * @throws ProblemError VALIDATION_FAILED
 */
export function quantityIn(
  values: readonly string[],
  name: string,
): ((measured: Measured | undefined) => boolean) | undefined {
  const all = values.map((value) => valuesOfList(value).map((each) => quantityOf(each, name)));
  if (all.length === 0) return undefined;
  return (measured) =>
    measured !== undefined && all.every((some) => some.some((isMeant) => isMeant(measured)));
}

function quantityOf(value: string, name: string): (measured: Measured) => boolean {
  const [number = '', system, code, ...more] = value.split('|');
  const [, prefix = DEFAULT_PREFIX, minus, whole, fraction = '', exponent = '0'] = NUMBER.exec(number) ?? [];
  const meaning = Object.hasOwn(PREFIXES, prefix) ? PREFIXES[prefix] : undefined;
  const isUnit =
    system === undefined || ((system === '' || system === SYSTEM.ucum) && code !== undefined && code !== '');
  if (meaning === undefined || whole === undefined || more.length > 0 || !isUnit)
    throw new ProblemError(
      'VALIDATION_FAILED',
      `${name}: a number, alone or as 5.4|${SYSTEM.ucum}|mmol/L, or 5.4||mmol/L; prefixes are ${Object.keys(PREFIXES).join(', ')}`,
    );
  const wanted = wantedOf(`${whole}${fraction}`, Number(exponent) - fraction.length, minus !== '');
  return (measured) => isOfUnit(measured, system, code) && meaning(measured.interval, wanted);
}

/** Without a system R4 means the code, or what people call the unit. */
function isOfUnit(
  { system, code, unit }: Measured,
  ofSystem: string | undefined,
  named: string | undefined,
): boolean {
  if (ofSystem === undefined) return true;
  if (ofSystem !== '') return system === ofSystem && code === named;
  return named === code || named === unit;
}

function wantedOf(digits: string, exponent: number, isNegative: boolean): Wanted {
  const tenfold = BigInt(digits) * 10n;
  const bound = (value: bigint, isOpen: boolean): Bound => {
    const isBelowNought = value < 0n;
    const text = String(isBelowNought ? -value : value);
    return { at: scaled(text, exponent - 1, isBelowNought), isOpen };
  };
  const middle = isNegative ? -tenfold : tenfold;
  const tenth = BigInt(digits);
  return {
    at: scaled(digits, exponent, isNegative),
    meant: { low: bound(middle - 5n, false), high: bound(middle + 5n, true) },
    about: { low: bound(middle - tenth, false), high: bound(middle + tenth, false) },
  };
}
