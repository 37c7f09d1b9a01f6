import type { Evidence } from '../../model/events.js';
import type { ClosedSpan } from '../../model/span.js';

/** Live readings of a device after which its silence says something. */
export const ARMED_AFTER = 3;

/** An alarm that was raised and lasts. */
export interface Told {
  readonly start: number;
  /** When it was to be raised. */
  readonly at: number;
  /** What was said of it. */
  readonly marks: readonly string[];
}

/** A run of readings by a clock that is wrong. */
export interface WrongClock {
  /** Arrival of its first reading. */
  readonly since: number;
  readonly first: Evidence;
  readonly told: Told | null;
}

/** What is known of one device's arrivals. Times by the gateway's clock. */
export interface Heard {
  /** The newest arrival of a reading that counts. */
  readonly lastMs: number;
  readonly last: Evidence;
  /** Live readings so far, up to `ARMED_AFTER`, and when the newest of them came. */
  readonly live: number;
  readonly liveMs: number;
  /** The newest arrival of a reading that was news no more; null before the first. */
  readonly backlogMs: number | null;
  /** What came since `lastMs` without counting: frames that were refused, readings that are implausible. */
  readonly refused: boolean;
  readonly implausible: boolean;
  /** The silence that was told. */
  readonly told: Told | null;
  readonly clock: WrongClock | null;
}

/** Frames of a device that were refused, since its newest reading that counts or since ever. */
export interface RefusedRun {
  /** Arrival of the first of them. */
  readonly since: number;
  /** That nothing else comes of a device that has no limit. */
  readonly told: Told | null;
}

export interface SilenceState {
  readonly devices: Readonly<Record<string, Heard>>;
  /** By device. */
  readonly refused: Readonly<Record<string, RefusedRun>>;
  /** When the gateway was away, in order: nothing can be said of that time. */
  readonly absences: readonly ClosedSpan[];
}

export const NOTHING_HEARD: SilenceState = { devices: {}, refused: {}, absences: [] };

export const isArmed = ({ live }: Heard): boolean => live >= ARMED_AFTER;
