import { randomId128 } from '@careledger/crypto';
import { timestampOf, type Reading } from '@careledger/domain';
import type { BootReading, ClockReading, Comparator } from '@careledger/private-chain';

const MS_PER_S = 1_000;

/** A measurement with the time at which it was made, as nobody but the simulation knows it. */
export type MeasuredReading = Reading & { readonly comparator?: Comparator | undefined };

/** How a device tells the time: right, wrong, or since its start alone. */
export type DeviceClock =
  | {
      readonly kind: 'clock';
      /** Milliseconds since 1970, by this clock. */
      readonly nowMs: () => number;
      /** What this clock says of a moment: of now, mostly. */
      readonly told: (timeMs: number) => number;
    }
  | {
      readonly kind: 'none';
      /** Names this start of the device. */
      readonly boot: string;
      /** Milliseconds since. */
      readonly up: (timeMs?: number) => number;
    };

/** A clock that is ahead by so many milliseconds, or behind where negative. */
export function wallClock(aheadMs = 0): DeviceClock {
  const told = (timeMs: number): number => Math.max(0, timeMs + aheadMs);
  return { kind: 'clock', nowMs: () => told(Date.now()), told };
}

/** No clock: a counter that begins now, as at each start of the device. */
export function noClock(): DeviceClock {
  const startMs = Date.now();
  return {
    kind: 'none',
    boot: randomId128(),
    up: (timeMs = Date.now()) => Math.max(0, Math.floor(timeMs - startMs)),
  };
}

/** When something is sent, as the device says it in frames and hellos. */
export type SentNow = { readonly sent: string } | { readonly boot: string; readonly up: number };

export function sentNow(clock: DeviceClock): SentNow {
  return clock.kind === 'clock' ? { sent: timestampOf(clock.nowMs()) } : { boot: clock.boot, up: clock.up() };
}

/** Whole seconds for a token: 0 without a clock. */
export function tokenSeconds(clock: DeviceClock): number {
  return clock.kind === 'clock' ? Math.floor(clock.nowMs() / MS_PER_S) : 0;
}

/** When it was sent, and the readings as this device tells their times. */
export type StampedReadings =
  | { readonly sent: string; readonly readings: readonly ClockReading[] }
  | { readonly boot: string; readonly up: number; readonly readings: readonly BootReading[] };

export function stamp(clock: DeviceClock, readings: readonly MeasuredReading[]): StampedReadings {
  if (clock.kind === 'clock') {
    const told = ({ t, ...reading }: MeasuredReading): ClockReading => ({
      t: timestampOf(clock.told(Date.parse(t))),
      ...measured(reading),
    });
    return { sent: timestampOf(clock.nowMs()), readings: readings.map(told) };
  }
  const up = clock.up();
  const since = ({ t, ...reading }: MeasuredReading): BootReading => ({
    up: Math.min(clock.up(Date.parse(t)), up),
    ...measured(reading),
  });
  return { boot: clock.boot, up, readings: readings.map(since) };
}

function measured({ code, value, unit, comparator }: Omit<MeasuredReading, 't'>): Omit<ClockReading, 't'> {
  return { code, value, unit, ...(comparator !== undefined && { comparator }) };
}
