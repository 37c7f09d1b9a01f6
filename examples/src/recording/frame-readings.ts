import type { Reading } from '@careledger/domain';
import type { RecordedReading } from './recording.js';

/**
 * A row's readings as a frame takes them. Frames of version 1 have no comparator: a bound travels as the value, so that
 * `<40` is 40, which the rules for low glucose judge as low.
 */
export const frameReadings = (readings: readonly RecordedReading[]): Reading[] =>
  readings.map(({ t, code, value, unit }) => ({ t, code, value, unit }));
