/** Rounded to what can be told apart: three significant digits, whole numbers from 100 on. */
export function shown(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));
}

/** A share between 0 and 1, e.g. `3.4 %`. */
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
