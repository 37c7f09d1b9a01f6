import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PATIENT } from '../testing/replay.js';
import { clinicalConfig } from './config.js';
import { CODES } from './model/codes.js';
import type { ClinicalOverrides } from './model/config.js';
import { processReadings } from './process.js';
import { initialState } from './state.js';
import { isUrgent } from './urgency.js';

const AT = Date.UTC(2026, 2, 1, 8);
const DEVICE = 'dev_a';

const overrides: fc.Arbitrary<ClinicalOverrides> = fc.record({
  person: fc.record({ isPregnant: fc.boolean(), birthYear: fc.constantFrom(null, 1970, 2015) }),
  glucose: fc.record({
    veryLowMgPerDl: fc.integer({ min: 40, max: 70 }),
    veryHighMgPerDl: fc.integer({ min: 250, max: 400 }),
    veryHighDurationMs: fc.constantFrom(0, 900_000),
  }),
  news2: fc.integer({ min: 1, max: 7 }).chain((total) =>
    fc.record({
      total: fc.constant(total),
      highTotal: fc.integer({ min: total, max: 9 }),
      singleParameter: fc.constantFrom(null, 1, 2, 3),
      spo2Scale: fc.constantFrom(1, 2),
    }),
  ),
  bloodPressure: fc.record({
    highSystolic: fc.integer({ min: 120, max: 220 }),
    lowSystolic: fc.integer({ min: 60, max: 110 }),
    pregnancyHighDiastolic: fc.integer({ min: 70, max: 120 }),
  }),
  devices: fc.record({
    [DEVICE]: fc.record({
      kind: fc.constantFrom('cgm', 'meter', 'other'),
      instrumentRange: fc.constantFrom(undefined, { low: 80, high: 240 }),
    }),
  }),
});

const reading = fc.constantFrom(...CODES).chain(({ code, plausible: { low, high } }) =>
  fc.record({
    code: fc.constant(code),
    value: fc.oneof(fc.constant(0), fc.double({ min: low * 0.5, max: high * 1.2, noNaN: true })),
    comparator: fc.constantFrom(undefined, undefined, '<', '>'),
  }),
);

test('whatever a frame raises by itself that cannot wait, its test has said so before', () => {
  fc.assert(
    fc.property(overrides, fc.array(reading, { minLength: 1, maxLength: 8 }), (settings, values) => {
      const config = clinicalConfig(settings);
      const frame = values.map((value, i) => ({
        ...{ ...value, rowId: i + 1, deviceId: DEVICE, t: AT, receivedAt: AT },
      }));
      const { events } = processReadings(initialState(PATIENT, settings), frame);
      const raised = events.filter((event) => event.kind === 'episode-started' && event.priority !== 'low');
      const isHeard = isUrgent(
        values.map((value) => ({ ...value, at: AT })),
        DEVICE,
        () => config,
      );
      expect(isHeard || raised.length === 0).toBe(true);
    }),
    { numRuns: 3_000 },
  );
});
