import type { WindowDue } from './model/events.js';
import { CLOSE_AFTER_MS, LATE_QUIET_MS, MAX_OPEN_WINDOWS } from './model/limits.js';
import type { RecordPeriod } from './settings/history.js';

/** A window that has plausible readings no `WindowDue` was emitted for. Wall-clock times are marked `…At`. */
export interface OpenWindow {
  readonly start: number;
  readonly end: number;
  /** The watermark, or a closing by the wall clock, had passed it before it opened. */
  readonly late: boolean;
  /** The device whose reading came last: when it moves on, a late window is complete. */
  readonly deviceId: string;
  /** Every device that has a reading in it, the first one first. States of before it was kept have the last one alone. */
  readonly deviceIds?: readonly string[];
  readonly firstReceivedAt: number;
  readonly lastReceivedAt: number;
}

export interface WindowState {
  /** Open windows in the order in which they opened. */
  readonly open: readonly OpenWindow[];
  /** Newest rule time of any reading, plausible or not; null before the first. */
  readonly newestT: number | null;
  /** Windows that end at or before this have been closed, by the watermark or by the wall clock. */
  readonly closedThrough: number | null;
}

export const NO_WINDOWS: WindowState = { open: [], newestT: null, closedThrough: null };

/** The UTC-aligned half-open window that holds `t`, no longer than its period was in force. */
export function windowOf(t: number, periods: readonly RecordPeriod[]): { start: number; end: number } {
  const index = periods.findLastIndex(({ from }) => from <= t);
  const period = periods[index];
  if (period === undefined) throw new RangeError('The first period of records is of ever');
  const { from, windowMs } = period;
  const start = Math.floor(t / windowMs) * windowMs;
  const until = periods[index + 1]?.from ?? Infinity;
  return { start: Math.max(start, from), end: Math.min(start + windowMs, until) };
}

const devicesOf = ({ deviceId, deviceIds = [deviceId] }: OpenWindow): readonly string[] => deviceIds;

const due = ({ start, end, late }: OpenWindow): WindowDue => ({
  kind: 'window-due',
  windowStart: start,
  windowEnd: end,
  late,
});

/** A private, changeable copy of a patient's windows for the length of one call. */
export class WindowRun {
  readonly #periods: readonly RecordPeriod[];
  readonly #latenessMs: number;
  readonly #emit: (event: WindowDue, deviceIds: readonly string[]) => void;
  #open: OpenWindow[];
  #newestT: number | null;
  #closedThrough: number;

  /** @param emit is called for each window that is due, with the devices whose readings it has */
  constructor(
    state: WindowState,
    periods: readonly RecordPeriod[],
    latenessMs: number,
    emit: (event: WindowDue, deviceIds: readonly string[]) => void,
  ) {
    this.#periods = periods;
    this.#latenessMs = latenessMs;
    this.#emit = emit;
    this.#open = state.open.slice();
    this.#newestT = state.newestT;
    this.#closedThrough = state.closedThrough ?? -Infinity;
  }

  /** The window of `t` has content that its record does not: a plausible reading, or one whose plausibility changed. */
  touch(t: number, deviceId: string, receivedAt: number): void {
    const index = this.#open.findLastIndex(({ start, end }) => start <= t && t < end);
    const found = this.#open[index];
    if (found !== undefined) {
      const known = devicesOf(found);
      const deviceIds = known.includes(deviceId) ? known : [...known, deviceId];
      const lastReceivedAt = Math.max(found.lastReceivedAt, receivedAt);
      this.#open[index] = { ...found, deviceId, deviceIds, lastReceivedAt };
      return;
    }
    const { start, end } = windowOf(t, this.#periods);
    const late = end <= this.#closedThrough;
    const received = { firstReceivedAt: receivedAt, lastReceivedAt: receivedAt };
    this.#open.push({ start, end, late, deviceId, deviceIds: [deviceId], ...received });
    if (this.#open.length > MAX_OPEN_WINDOWS) this.#close((_window, i) => i === 0);
  }

  /** A reading of time `t` has come from `deviceId`: the watermark moves, and late windows that the device has left end. */
  pass(t: number, deviceId: string): void {
    if (this.#newestT === null || t > this.#newestT) {
      this.#newestT = t;
      this.#closedThrough = Math.max(
        this.#closedThrough,
        windowOf(t - this.#latenessMs, this.#periods).start,
      );
    }
    const leftT = t - this.#latenessMs;
    const isComplete = (window: OpenWindow): boolean =>
      window.late ? window.deviceId === deviceId && window.end <= leftT : window.end <= this.#closedThrough;
    if (this.#open.some(isComplete)) this.#close(isComplete);
  }

  /**
   * Wall clock. A live window closes 10 min after its end; one that was already over when its first reading came (a
   * replay, a backlog) 10 min after its last reading came; a late one after a short quiet.
   */
  tick(nowMs: number): void {
    this.#close((window) => nowMs >= deadlineOf(window));
  }

  flush(): void {
    this.#close(() => true);
  }

  finish(): WindowState {
    return {
      open: this.#open,
      newestT: this.#newestT,
      closedThrough: this.#closedThrough === -Infinity ? null : this.#closedThrough,
    };
  }

  #close(isDue: (window: OpenWindow, index: number) => boolean): void {
    const closing = this.#open.filter(isDue);
    if (closing.length === 0) return;
    this.#open = this.#open.filter((window) => !closing.includes(window));
    closing.sort((a, b) => a.start - b.start);
    for (const window of closing) {
      // Only the newest closed window may move the mark: an older open one is not late because of it.
      if (!window.late) this.#closedThrough = Math.max(this.#closedThrough, window.end);
      this.#emit(due(window), devicesOf(window));
    }
  }
}

/** Whether the wall clock has come to the end of an open window. */
export const isWindowDue = ({ open }: WindowState, nowMs: number): boolean =>
  open.some((window) => nowMs >= deadlineOf(window));

function deadlineOf({ end, late, firstReceivedAt, lastReceivedAt }: OpenWindow): number {
  if (late) return Math.min(lastReceivedAt + LATE_QUIET_MS, firstReceivedAt + CLOSE_AFTER_MS);
  const isLive = firstReceivedAt < end + CLOSE_AFTER_MS;
  return isLive ? end + CLOSE_AFTER_MS : lastReceivedAt + CLOSE_AFTER_MS;
}
