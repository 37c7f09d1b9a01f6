import { expect, test } from '@jest/globals';
import { LOINC } from './model/codes.js';
import { processReadings } from './process.js';
import { initialState } from './state.js';

const NOW = Date.UTC(2026, 2, 1, 8);
const raisedBy = (code: string, value: number): string[] => {
  const reading = { rowId: 1, deviceId: 'dev_a', t: NOW, code, value, receivedAt: NOW };
  return processReadings(initialState('pat_a'), [reading]).events.flatMap((event) =>
    event.kind === 'episode-started' ? [event.rule] : [],
  );
};

test.each([
  [LOINC.glucose, 53, 54],
  [LOINC.interstitialGlucose, 53, 54],
  // 2.97 mmol/L is 54 mg/dL.
  [LOINC.glucoseMolar, 2.9, 2.97],
  [LOINC.interstitialGlucoseMolar, 2.9, 2.97],
])('very low glucose is an emergency as %s, in the code’s own unit', (code, low, enough) => {
  expect(raisedBy(code, low)).toEqual(['glucose-very-low']);
  expect(raisedBy(code, enough)).toEqual([]);
});
