import type { Newest } from './newest.js';
import { NO_SCORE, type ScoreState } from './score-episode.js';
import { NO_ZEROS, type ZeroState } from './zeros.js';

export interface VitalsContext {
  readonly newest: Newest;
  readonly score: ScoreState;
  readonly zeros: ZeroState;
}

export const NO_VITALS: VitalsContext = { newest: {}, score: NO_SCORE, zeros: NO_ZEROS };
