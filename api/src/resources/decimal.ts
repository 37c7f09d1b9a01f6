/**
 * A decimal to its last digit, however many those are: 0.DIGITS × 10^magnitude, without zeros at either end of DIGITS. Made to be
 * compared, at a cost that follows from how long it is written and not from how large it is.
 */
export interface Decimal {
  /** 0: it is nought. */
  readonly sign: -1 | 0 | 1;
  readonly magnitude: number;
  readonly digits: string;
}

/** https://hl7.org/fhir/R4/datatypes.html#decimal; a search may write noughts before it, too. */
const DECIMAL = /^(-)?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** As it is written; undefined for what is no number. */
export function decimalOf(text: string): Decimal | undefined {
  const [, minus, whole, fraction = '', exponent = '0'] = DECIMAL.exec(text) ?? [];
  if (whole === undefined) return undefined;
  return scaled(`${whole}${fraction}`, Number(exponent) - fraction.length, minus !== undefined);
}

/** `digits` × 10^exponent. */
export function scaled(digits: string, exponent: number, isNegative: boolean): Decimal {
  const significant = digits.replace(/^0+/, '');
  const kept = significant.replace(/0+$/, '');
  if (kept === '') return { sign: 0, magnitude: 0, digits: '' };
  return { sign: isNegative ? -1 : 1, magnitude: significant.length + exponent, digits: kept };
}

/** Below 0 where the first is less, above 0 where it is more. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  if (a.sign !== b.sign) return a.sign - b.sign;
  if (a.magnitude !== b.magnitude) return a.sign * (a.magnitude > b.magnitude ? 1 : -1);
  // Digits of two fractions, so that the shorter one goes on with noughts.
  return a.digits === b.digits ? 0 : a.sign * (a.digits > b.digits ? 1 : -1);
}
