import { describe, expect, test } from '@jest/globals';
import { LOINC } from './model/codes.js';
import { summarise, type WindowReading } from './summary.js';
import { sensorTime, type SensorReading } from './time-in-range.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const at = (minute: number, value: number, deviceId = 'dev_a'): SensorReading => ({
  deviceId,
  t: minute * MINUTE,
  value,
});

/** The long way round: for each second of the period the reading that stands for it, if it is not too old. */
function perSecond(readings: readonly SensorReading[], endMs: number, intervalMs: number) {
  const seconds = { below54: 0, below70: 0, from70to180: 0, above180: 0, above250: 0 };
  let covered = 0;
  for (let now = 0; now < endMs; now += SECOND) {
    const before = readings.filter(({ t }) => t <= now).sort((a, b) => b.t - a.t);
    const last = before[0];
    if (last === undefined || now - last.t >= 1.5 * intervalMs) continue;
    covered++;
    if (last.value < 54) seconds.below54++;
    if (last.value < 70) seconds.below70++;
    if (last.value >= 70 && last.value <= 180) seconds.from70to180++;
    if (last.value > 180) seconds.above180++;
    if (last.value > 250) seconds.above250++;
  }
  const shares = Object.fromEntries(Object.entries(seconds).map(([level, n]) => [level, n / covered]));
  return { shares, coveredMs: covered * SECOND };
}

describe('times in ranges', () => {
  test.each([
    [1, 5 * MINUTE, 14],
    [2, 15 * MINUTE, 30],
    [3, 1 * MINUTE, 3],
    [4, 5 * MINUTE, 60],
  ])('agree with counting every second (%#)', (seed, intervalMs, gapMinutes) => {
    let state = seed;
    const random = (): number => {
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647;
    };
    const readings: SensorReading[] = [];
    for (let t = 7 * SECOND; t < 6 * HOUR; t += intervalMs) {
      if (random() < 0.05) t += Math.round(random() * gapMinutes) * MINUTE;
      readings.push({ deviceId: 'dev_a', t, value: 40 + Math.round(random() * 300) });
    }
    const expected = perSecond(readings, 6 * HOUR, intervalMs);
    const found = sensorTime([...readings].reverse(), 6 * HOUR);
    expect(found?.coveredMs).toBeCloseTo(expected.coveredMs, -4);
    for (const [level, share] of Object.entries(found?.timeInRange ?? {}))
      expect(share).toBeCloseTo(expected.shares[level] ?? NaN, 3);
  });

  test('a reading before a gap stands for 1.5 intervals and no longer', () => {
    const readings = [at(0, 60), at(5, 60), at(10, 100), at(40, 100), at(45, 100)];
    // 10 min below 70, then 7.5 min, 5 min and 7.5 min in range.
    expect(sensorTime(readings, HOUR)).toEqual({
      deviceId: 'dev_a',
      coveredMs: 30 * MINUTE,
      timeInRange: { below54: 0, below70: 10 / 30, from70to180: 20 / 30, above180: 0, above250: 0 },
    });
  });

  test('no reading stands for time beyond the end', () => {
    expect(sensorTime([at(55, 100), at(59, 300)], HOUR)).toMatchObject({
      coveredMs: 5 * MINUTE,
      timeInRange: { from70to180: 0.8, above250: 0.2 },
    });
  });

  test('of two sensors the one that covers more speaks, and nothing is counted twice', () => {
    const long = [0, 5, 10, 15].map((minute) => at(minute, 100, 'dev_b'));
    const short = [0, 5, 10].map((minute) => at(minute, 300, 'dev_a'));
    expect(sensorTime([...short, ...long], HOUR)).toMatchObject({
      deviceId: 'dev_b',
      timeInRange: { from70to180: 1, above250: 0 },
    });
  });

  test('of two values of one instant the lower one stands', () => {
    for (const readings of [
      [at(0, 100), at(0, 50)],
      [at(0, 50), at(0, 100)],
    ])
      expect(sensorTime(readings, HOUR)?.timeInRange.below54).toBe(1);
  });

  test('nothing measured has no times', () => {
    expect(sensorTime([], HOUR)).toBeUndefined();
  });
});

describe('a window', () => {
  const reading = (code: string, minute: number, value: number, more: Partial<WindowReading> = {}) => ({
    ...{ deviceId: 'dev_a', t: minute * MINUTE, code, value, plausible: true },
    ...more,
  });
  const timesOf = (...readings: WindowReading[]) =>
    summarise(readings, HOUR).codes.flatMap(({ code, timeInRange }) => (timeInRange === null ? [] : [code]));

  test('has times of a continuous monitor, in either unit, and none of a meter', () => {
    expect(timesOf(reading(LOINC.interstitialGlucose, 0, 100))).toEqual(['99504-3']);
    expect(timesOf(reading(LOINC.glucose, 0, 100), reading(LOINC.heartRate, 0, 60))).toEqual([]);
    const molar = summarise([reading(LOINC.interstitialGlucoseMolar, 0, 2.9)], HOUR).codes[0];
    expect(molar).toMatchObject({ mean: 2.9, unit: 'mmol/L', timeInRange: { below54: 1 } });
  });

  test('has times of a continuous monitor that still sends the code of blood', () => {
    expect(timesOf(reading(LOINC.glucose, 0, 100, { isContinuous: true }))).toEqual(['2339-0']);
  });

  test('has them once where two monitors measured', () => {
    const other = { deviceId: 'dev_b' };
    expect(
      timesOf(
        reading(LOINC.interstitialGlucose, 0, 100),
        reading(LOINC.interstitialGlucoseMolar, 0, 5, other),
        reading(LOINC.interstitialGlucoseMolar, 5, 5, other),
      ),
    ).toEqual(['105272-9']);
  });
});
