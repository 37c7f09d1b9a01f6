import type { Span } from './span.js';

/** What a device is, as far as the rules are concerned. */
export type DeviceKind = 'cgm' | 'meter' | 'monitor' | 'other';

/** A registered device as the rules see it: part of a patient's settings. */
export interface DeviceDescription {
  readonly kind?: DeviceKind | undefined;
  /** What it can measure of glucose, mg/dL, inclusive: it shows LO below and HI above. Default by kind. */
  readonly instrumentRange?: InstrumentRange | undefined;
  /** The device from whose sensor its readings come by another route, e.g. a phone beside a receiver. */
  readonly sameSensorAs?: string | undefined;
  /**
   * When nobody waits for it: suspended, or revoked (which lasts). Its silence is no alarm then, and after it not
   * until it was live again. In the order of their starts. A new sensor does the same, and so does a pause: see below.
   */
  readonly notAwaited?: readonly Span[] | undefined;
  /** When its present sensor was put in, milliseconds: its first 24 h are doubtful. */
  readonly sensorSince?: number | undefined;
  /** Until when, milliseconds, nobody waits for it: a pause from the time from which the settings say so. */
  readonly pausedUntil?: number | undefined;
}

export interface InstrumentRange {
  readonly low: number;
  readonly high: number;
}

/** Continuous monitors (Dexcom G6 and FreeStyle Libre user guides), mg/dL. */
const CGM_RANGE: InstrumentRange = { low: 40, high: 400 };
/** Blood glucose meters (Contour Next user guide), mg/dL: the widest range. */
export const METER_RANGE: InstrumentRange = { low: 20, high: 600 };
/** The same meters, mmol/L. */
export const METER_RANGE_MOLAR: InstrumentRange = { low: 1.1, high: 33.3 };

/** What LO and HI mean on a device: its own range, or the usual one of continuous monitors, or of meters and all others. */
export const rangeOf = ({ kind, instrumentRange }: DeviceDescription): InstrumentRange =>
  instrumentRange ?? (kind === 'cgm' ? CGM_RANGE : METER_RANGE);

/**
 * The kind that a profile's type says in words, such as `continuous-glucose-monitor`. What is called a monitor of blood
 * pressure is a meter: it measures when somebody wants to know.
 */
export function kindOfType(type: string): DeviceKind {
  if (/continuous|\bcgm\b|flash/i.test(type)) return 'cgm';
  if (/meter\b|blood.?pressure/i.test(type)) return 'meter';
  return /monitor/i.test(type) ? 'monitor' : 'other';
}
