import type { ClockState, KnownBoot } from './clock-state.js';
import { BOOTS_MAX, BOOT_GAIN_MIN_MS, HELLO_TOLERANCE_MS } from './limits.js';

/** How far a device's counter was in a boot when something of it came. */
export interface BootSample {
  readonly boot: string;
  readonly upMs: number;
  readonly receivedMs: number;
  /** Whether the gateway's own clock is proved. */
  readonly isProved: boolean;
}

export function findBoot({ boots }: ClockState, boot: string): KnownBoot | undefined {
  return boots.find((known) => known.boot === boot);
}

/** The boot of a frame runs: it began no later than the frame says. The same state if nothing new comes of it. */
export function runningBoot(state: ClockState, sample: BootSample): ClockState {
  const { boot, isProved } = sample;
  const startMs = sample.receivedMs - sample.upMs;
  const known = findBoot(state, boot);
  const isEarlier = known?.isProved === isProved && startMs < known.startMs - BOOT_GAIN_MIN_MS;
  if (known === undefined || (isProved && !known.isProved) || isEarlier)
    return withBoot(state, { boot, startMs, isProved });
  return state.boot === boot ? state : { ...state, boot };
}

/** The boot of a hello runs, and began when the hello says: what its counter gained or lost since is gone. */
export function greetedBoot(state: ClockState, { boot, upMs, receivedMs, isProved }: BootSample): ClockState {
  const startMs = receivedMs - upMs;
  const known = findBoot(state, boot);
  const isSame = known?.isProved === isProved && Math.abs(startMs - known.startMs) <= HELLO_TOLERANCE_MS;
  const next = isSame ? { ...state, boot } : withBoot(state, { boot, startMs, isProved });
  return { ...next, saysHello: true };
}

function withBoot(state: ClockState, known: KnownBoot): ClockState {
  const others = state.boots.filter(({ boot }) => boot !== known.boot).slice(1 - BOOTS_MAX);
  return { ...state, boot: known.boot, boots: [...others, known] };
}
