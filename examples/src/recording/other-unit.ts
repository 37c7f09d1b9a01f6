import { LOINC } from '@careledger/clinical';
import { isOtherUnit } from './glucose.js';
import type { GlucoseUnit } from './recording.js';

/**
 * What gives values of another unit away, by LOINC code: nobody has had one of these in the unit of the column, or all of them. The
 * gateway would leave out as implausible what is a fever in °F.
 */
const DOUBTS: ReadonlyMap<
  string,
  { readonly hint: string; readonly isDoubtful: (values: readonly number[]) => boolean }
> = new Map([
  [
    LOINC.temperature,
    {
      hint: 'degrees Fahrenheit? Convert it to °C.',
      isDoubtful: (values) => values.some((value) => value > 80 && value < 120),
    },
  ],
  [
    LOINC.spo2,
    {
      hint: 'a fraction? Multiply it by 100.',
      isDoubtful: (values) => values.every((value) => value <= 1),
    },
  ],
]);

/** What the values of one person seem to be, if they can hardly be of the unit that the column names. */
export function otherUnitOf(
  { code, glucoseUnit }: { readonly code: string; readonly glucoseUnit?: GlucoseUnit },
  values: readonly number[],
): string | undefined {
  if (glucoseUnit !== undefined) {
    if (!isOtherUnit(values, glucoseUnit)) return undefined;
    const other: GlucoseUnit = glucoseUnit === 'mg/dL' ? 'mmol/L' : 'mg/dL';
    return `${other}? Say which: --unit ${other}, or --unit ${glucoseUnit} if it is as the column says.`;
  }
  const doubt = DOUBTS.get(code);
  const measured = values.filter((value) => value !== 0);
  return doubt !== undefined && measured.length > 0 && doubt.isDoubtful(measured) ? doubt.hint : undefined;
}
