import { expect, test } from '@jest/globals';
import { CGM_REPORT_MS, cgmReport, dayCompletedBy } from './cgm-report.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const END = 100 * DAY;

/** Every 5 min from the start of the 14 days on, for some of them. */
const worn = (days: number, valueOf: (n: number) => number, deviceId = 'dev_a') =>
  Array.from({ length: days * 288 }, (_, n) => ({
    ...{ deviceId, t: END - CGM_REPORT_MS + n * 5 * MINUTE, value: valueOf(n) },
  }));

test('14 days are summed up: mean, GMI, variation, days, and times in ranges', () => {
  const report = cgmReport(
    worn(14, (n) => (n % 2 === 0 ? 100 : 200)),
    END,
  );
  expect(report).toMatchObject({ deviceId: 'dev_a', meanMgPerDl: 150, daysOfWear: 14, active: 1 });
  // Bergenstal et al. 2018, table 1: a mean of 150 mg/dL is a GMI of 6.9 %.
  expect(report?.gmiPercent).toBeCloseTo(6.898, 3);
  expect(report?.variation).toBeCloseTo(1 / 3, 3);
  expect(report?.timeInRange).toMatchObject({ from70to180: 0.5, above180: 0.5, below70: 0 });
});

test('less than 70 % of the time has no report, however many days it touches', () => {
  const tenDays = worn(10, () => 120);
  expect(cgmReport(tenDays, END)?.active).toBeCloseTo(10 / 14, 3);
  expect(
    cgmReport(
      worn(9, () => 120),
      END,
    ),
  ).toBeUndefined();
  expect(cgmReport(tenDays, END + DAY)?.active).toBeUndefined();
  expect(cgmReport([], END)).toBeUndefined();
});

test('of two sensors the better covered is reported alone', () => {
  const report = cgmReport([...worn(10, () => 300, 'dev_a'), ...worn(14, () => 100, 'dev_b')], END);
  expect(report).toMatchObject({ deviceId: 'dev_b', meanMgPerDl: 100, daysOfWear: 14 });
});

test('the window that reaches midnight completes its day, and no other', () => {
  expect(dayCompletedBy(END - HOUR, END)).toBe(END);
  expect(dayCompletedBy(END - 2 * HOUR, END - HOUR)).toBeUndefined();
  expect(dayCompletedBy(END - 3 * MINUTE, END + 4 * MINUTE)).toBe(END);
  expect(dayCompletedBy(END, END + DAY)).toBe(END + DAY);
});
