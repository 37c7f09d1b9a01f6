import type { Figures } from '../run/measure.js';

/** Enough to tell two runs apart, few enough to read. */
const DECIMALS = 4;

/** A measure's line for programs. `b` is null where there is no counterpart. */
export function jsonLine(name: string, unit: string, { ratio, a, b }: Omit<Figures, 'spread'>): string {
  return JSON.stringify({
    name,
    ratio: rounded(ratio),
    a: rounded(a),
    b: b === null ? null : rounded(b),
    unit,
  });
}

function rounded(value: number): number {
  return Number(value.toFixed(DECIMALS));
}
