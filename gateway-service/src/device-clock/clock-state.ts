/** A boot of a device without a clock. */
export interface KnownBoot {
  readonly boot: string;
  /** When it began, by the gateway's clock: the least of what was received less how long the device said it was up. */
  readonly startMs: number;
  /** Whether the gateway's own clock was proved then. */
  readonly isProved: boolean;
}

/** What is known of a device's clock, from its hellos, tokens and frames. Plain JSON. */
export interface ClockState {
  /** What the device's clock is behind; negative if ahead. Of devices that have one. */
  readonly offsetMs: number;
  readonly source: 'none' | 'hello' | 'token' | 'lag';
  /** The boot that runs, as far as is known; of devices without a clock. */
  readonly boot: string | null;
  /** A device that says hello says so at each boot: a frame of another boot than the last is of one that is over. */
  readonly saysHello: boolean;
  /** The newest last, at most `BOOTS_MAX`. */
  readonly boots: readonly KnownBoot[];
}

export const NOTHING_KNOWN: ClockState = {
  offsetMs: 0,
  source: 'none',
  boot: null,
  saysHello: false,
  boots: [],
};
