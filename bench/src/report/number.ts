/** Rounded to what can be told apart: three significant digits, whole numbers from 100 on. */
export function shown(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));
}
