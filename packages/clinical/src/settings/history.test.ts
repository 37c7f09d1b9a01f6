import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { clinicalConfig } from '../config.js';
import type { SettingsVersion } from '../model/settings.js';
import { SettingsHistory, configsBetweenOf } from './history.js';

const version = (from: number, n: number): SettingsVersion => ({
  ...{ version: n + 1, hash: String(n), from },
  ...{ patient: { silence: { cgmMs: from } }, authority: {}, by: 'patient' },
});

test('what was in force between two times is every version of that time, however long the history', () => {
  const base = clinicalConfig();
  const times = fc.uniqueArray(fc.integer({ min: 1, max: 50 }), { maxLength: 8 });
  const time = fc.integer({ min: -1, max: 52 });
  fc.assert(
    fc.property(times, time, time, (froms, start, end) => {
      const history = new SettingsHistory(froms.toSorted((a, b) => a - b).map(version));
      const starts = [-Infinity, ...history.versions.map(({ from }) => from)];
      const expected = starts.filter((from, i) => from <= end && start < (starts[i + 1] ?? Infinity));
      expect(configsBetweenOf(base, history)(start, end).map(({ from }) => from)).toEqual(expected);
    }),
  );
});

test('a history is gone through once for a configuration, not at each look at the clock', () => {
  const [base, history] = [clinicalConfig(), new SettingsHistory([version(1, 0)])];
  expect(configsBetweenOf(base, history)).toBe(configsBetweenOf(base, history));
  expect(configsBetweenOf(clinicalConfig(), history)).not.toBe(configsBetweenOf(base, history));
});
