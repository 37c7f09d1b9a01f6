import type { MeasuredReading } from '../device/clock.js';
import type { RecordedReading } from './recording.js';

/** A row's readings as a device takes them: `<40` is 40 with its comparator. */
export const frameReadings = (readings: readonly RecordedReading[]): MeasuredReading[] =>
  readings.map(({ t, code, value, unit, comparator }) => ({ t, code, value, unit, comparator }));
