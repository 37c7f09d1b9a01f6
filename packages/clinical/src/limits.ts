/** Times that the processing rules share, each defined once. All in milliseconds of measured time unless it says otherwise. */
const MINUTE_MS = 60_000;

/** A reading measured further ahead of the gateway's clock is refused (`FUTURE_READING`). */
export const MAX_FUTURE_MS = 5 * MINUTE_MS;
/** A frame whose `sent` is further off the gateway's clock, either way, is flagged (`CLOCK_SKEW`). */
export const MAX_SENT_SKEW_MS = 5 * MINUTE_MS;
/** Two readings further apart say nothing about a rate of change. */
export const RATE_OF_CHANGE_SPAN_MS = 15 * MINUTE_MS;

/** Period of a patient's periodic records unless configured. */
export const DEFAULT_WINDOW_MS = 60 * MINUTE_MS;
/** Bounds of a configured period. */
export const MIN_WINDOW_MS = MINUTE_MS;
export const MAX_WINDOW_MS = 24 * 60 * MINUTE_MS;
/** The watermark stays this far behind the newest measurement, so that devices of one patient need not arrive in step. */
export const DEFAULT_ALLOWED_LATENESS_MS = 2 * MINUTE_MS;
/** Wall clock: a live window closes this long after its end even if nothing more arrives. */
export const CLOSE_AFTER_MS = 10 * MINUTE_MS;
/** Wall clock: a closed window that late readings opened again closes after this much quiet. */
export const LATE_QUIET_MS = 10_000;
/** More windows open at once than this: the one opened first closes early. Bounds the state under a backlog. */
export const MAX_OPEN_WINDOWS = 64;

/** An episode is over after this long back in range (glucose) or below the threshold (NEWS2). */
export const RECOVERY_MS = 15 * MINUTE_MS;
/** An episode is over when nothing was measured for longer than this. */
export const EPISODE_GAP_MS = 60 * MINUTE_MS;
/** Glucose above the upper threshold is an emergency once it has lasted this long (Battelino et al. 2019: an event lasts ≥ 15 min). */
export const HIGH_GLUCOSE_DURATION_MS = 15 * MINUTE_MS;

/** How far behind a rule's newest measurement a late one is still inserted, as if it had come in order. */
export const GLUCOSE_HORIZON_MS = 120 * MINUTE_MS;
export const NEWS2_HORIZON_MS = 30 * MINUTE_MS;
/** Measurements a rule keeps for that, at most. */
export const MAX_STREAM_ITEMS = 1_024;
/** Past episodes that a state remembers, so that a very late reading inside one raises no second emergency. */
export const MAX_PAST_EPISODES = 16;
