import type { Part } from '../../engine/machine.js';
import type { OpenEpisode } from '../../engine/open-episode.js';

/** Where one sensor stands. */
export interface SensorState {
  /** Its newest instant that counted. */
  readonly lastT: number;
  readonly low: Part;
  readonly high: Part;
  /** The lowest value of that instant, mg/dL. */
  readonly lowest: number;
}

export interface GlucoseContext {
  readonly sensors: Readonly<Record<string, SensorState>>;
  readonly low: OpenEpisode | null;
  readonly high: OpenEpisode | null;
  /** The newest doubtful low instant. */
  readonly doubtfulLowAt: number | null;
}

export const NO_GLUCOSE: GlucoseContext = { sensors: {}, low: null, high: null, doubtfulLowAt: null };
