import type { PersonSettings } from './config.js';

/** The chart of NEWS2 is for people from this age on. */
const ADULT_FROM_YEARS = 16;

/** NEWS2 is neither for children nor for pregnancy (RCP 2017). The year alone is known: of a birthday year the chart counts. */
export function isNews2For({ isPregnant, birthYear }: PersonSettings, t: number): boolean {
  if (isPregnant) return false;
  return birthYear === null || new Date(t).getUTCFullYear() - birthYear >= ADULT_FROM_YEARS;
}
