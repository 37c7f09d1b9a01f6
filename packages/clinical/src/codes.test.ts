import { expect, test } from '@jest/globals';
import { CODES, LOINC, codeEntry, columnEntry } from './model/codes.js';
import { ClinicalConfigError, clinicalConfig } from './config.js';
import { MAX_SENT_SKEW_MS } from './model/limits.js';
import { isSentSkewed } from './model/reading.js';

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
  [{ news2: { total: 8 } }],
  [{ devices: { dev_a: { instrumentRange: { low: 400, high: 40 } } } }],
  [{ news2: { singleParameter: 4 } }],
])('thresholds that contradict themselves are refused: %j', (overrides) => {
  expect(() => clinicalConfig(overrides)).toThrow(ClinicalConfigError);
});

test('a single parameter can be switched off for a patient', () => {
  expect(clinicalConfig({ news2: { singleParameter: null } }).news2).toEqual({
    total: 5,
    highTotal: 7,
    singleParameter: null,
    spo2Scale: 1,
  });
});
