import { expect, test } from '@jest/globals';
import { CODES, LOINC, codeEntry, columnEntry } from './codes.js';
import { ClinicalConfigError, clinicalConfig } from './config.js';
import { MAX_SENT_SKEW_MS } from './limits.js';
import { assess } from './plausibility.js';
import { isSentSkewed } from './reading.js';

/** LOINC's check digit: modulus 10, https://loinc.org/kb/faq/structure/ */
function hasCheckDigit(code: string): boolean {
  const [digits = '', check] = code.split('-');
  const sum = [...digits].reverse().reduce((total, digit, i) => {
    const weighted = Number(digit) * (i % 2 === 0 ? 2 : 1);
    return total + Math.floor(weighted / 10) + (weighted % 10);
  }, 0);
  return (10 - (sum % 10)) % 10 === Number(check);
}

test('every code is a LOINC code, once, with a column of its own', () => {
  expect(CODES.every(({ code }) => hasCheckDigit(code))).toBe(true);
  expect(new Set(CODES.map(({ code }) => code)).size).toBe(CODES.length);
  const columns = CODES.flatMap(({ column }) => (column === null ? [] : [column]));
  expect(new Set(columns).size).toBe(columns.length);
  for (const code of Object.values(LOINC)) expect(codeEntry(code)).toBeDefined();
});

test('an arterial line and a cuff are told apart', () => {
  for (const part of ['sys', 'dias', 'mean']) {
    const arterial = columnEntry(`abp_${part}_mmhg`);
    const cuff = columnEntry(`nbp_${part}_mmhg`);
    expect(arterial?.unit).toBe('mm[Hg]');
    expect(cuff?.unit).toBe('mm[Hg]');
    expect(arterial?.code).not.toBe(cuff?.code);
  }
});

test('columns that hold no measurement have no code', () => {
  for (const column of ['subject', 'time', 'diagnosis', 'constructor']) {
    expect(columnEntry(column)).toBeUndefined();
  }
});

test('a rate of change needs an earlier reading at most 15 min away', () => {
  const at = (minute: number, value: number) => ({ t: minute * 60_000, code: LOINC.glucose, value });
  expect(assess(at(5, 201), at(0, 100)).flags).toEqual(['RATE_OF_CHANGE']);
  expect(assess(at(5, 200), at(0, 100)).plausible).toBe(true);
  expect(assess(at(16, 500), at(0, 100)).plausible).toBe(true);
  expect(assess(at(0, 500), at(0, 100)).plausible).toBe(true);
  expect(assess(at(0, 500), null).plausible).toBe(true);
  expect(assess({ t: 0, code: LOINC.heartRate, value: NaN }, null).flags).toEqual(['OUT_OF_RANGE']);
  expect(() => assess({ t: 0, code: '29463-7', value: 1 }, null)).toThrow(RangeError);
});

test('a clock more than 5 min off either way is noticed', () => {
  const now = Date.UTC(2026, 2, 1);
  expect(isSentSkewed(now - MAX_SENT_SKEW_MS, now)).toBe(false);
  expect(isSentSkewed(now - MAX_SENT_SKEW_MS - 1, now)).toBe(true);
  expect(isSentSkewed(now + MAX_SENT_SKEW_MS + 1, now)).toBe(true);
});

test.each([
  [{ windowMs: 1_000 }],
  [{ windowMs: 1.5 * 3_600_000 + 0.5 }],
  [{ allowedLatenessMs: -1 }],
  [{ glucose: { veryLowMgPerDl: 80 } }],
  [{ glucose: { veryHighMgPerDl: NaN } }],
  [{ glucose: { veryHighDurationMs: -1 } }],
  [{ news2: { total: 0 } }],
  [{ news2: { singleParameter: 4 } }],
])('thresholds that contradict themselves are refused: %j', (overrides) => {
  expect(() => clinicalConfig(overrides)).toThrow(ClinicalConfigError);
});

test('a single parameter can be switched off for a patient', () => {
  expect(clinicalConfig({ news2: { singleParameter: null } }).news2).toEqual({
    total: 7,
    singleParameter: null,
    spo2Scale: 1,
  });
});
