/** Times that the processing rules share, each defined once. All in milliseconds of measured time unless it says otherwise. */
const MINUTE_MS = 60_000;

/** A reading further ahead of its arrival, after the offset of its device's clock, is flagged (`FUTURE_READING`). */
export const MAX_FUTURE_MS = 5 * MINUTE_MS;
/** A reading is live if it arrives no later than this after its rule time; an emergency of any other is marked late. */
export const LIVE_MS = 15 * MINUTE_MS;
/** A frame whose `sent` is further off the gateway's clock, either way, is flagged (`CLOCK_SKEW`). */
export const MAX_SENT_SKEW_MS = 5 * MINUTE_MS;
/** Two readings further apart say nothing about a rate of change. */
export const RATE_OF_CHANGE_SPAN_MS = 15 * MINUTE_MS;
/** Up to here, and above the next, a number is no glucose: an error code, or nothing at all (IEEE 11073-10425). mg/dL. */
export const NO_GLUCOSE_UP_TO_MG_PER_DL = 12;
export const NO_GLUCOSE_ABOVE_MG_PER_DL = 1_500;
/** Glucose, mg/dL: a change is a jump (`RATE_OF_CHANGE`) if it is more than this, than this share of the reading before … */
export const JUMP_MIN_MG_PER_DL = 30;
export const JUMP_MIN_SHARE = 0.3;
/** … and faster than this, mg/dL per minute. */
export const JUMP_PER_MINUTE = 20;
/**
 * A fall of more than `JUMP_MIN_MG_PER_DL` that is faster than this, mg/dL per minute, may be a sensor that is lain upon:
 * CGM show two arrows down from 3 mg/dL per minute on (Klonoff & Kerr, J Diabetes Sci Technol 11:1063, 2017).
 */
export const COMPRESSION_PER_MINUTE = 4;
/** A new sensor reads unsteadily for this long. */
export const SENSOR_WARM_UP_MS = 24 * 60 * MINUTE_MS;
/** A second low value within this span confirms a doubtful one. */
export const CONFIRMATION_MS = 15 * MINUTE_MS;

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

/** NEWS2: a value counts for this long after it was measured … */
export const NEWS2_FRESH_MS = 5 * MINUTE_MS;
/** … one that is measured now and then (cuff, temperature, consciousness, oxygen) for this long. The project's choice. */
export const NEWS2_SPOT_MS = 60 * MINUTE_MS;
/** A bad parameter that is not measured again for longer than this ends its part of an episode. */
export const NOT_REMEASURED_MS = 60 * MINUTE_MS;
/** An alarm of medium priority by a bedside monitor alone needs readings this far apart that meet it. */
export const MONITOR_ONSET_MS = MINUTE_MS;
/** What a zero of a monitor is held against: plausible values no older than this. */
export const ZERO_SPAN_MS = 2 * MINUTE_MS;
/** A monitor all of whose values are zero for this long is a technical alarm. */
export const ALL_ZEROS_MS = MINUTE_MS;

/** How far behind a rule's newest measurement a late one is still inserted, as if it had come in order. */
export const GLUCOSE_HORIZON_MS = 120 * MINUTE_MS;
export const NEWS2_HORIZON_MS = 30 * MINUTE_MS;
/** Measurements a rule keeps for that, at most. */
export const MAX_STREAM_ITEMS = 1_024;
/** Past episodes that a state remembers, so that a very late reading inside one raises no second emergency. */
export const MAX_PAST_EPISODES = 16;

/** A clock that is further off than this, by the offset that was taken of it, is a technical alarm. The project's choice. */
export const WRONG_CLOCK_MS = MINUTE_MS;
/** After an absence of the gateway a device has this long to come back: an interval of a continuous monitor. */
export const RETURN_MS = 5 * MINUTE_MS;
/** Live readings that come this soon after one that is not are the end of a backlog, or of an import. */
export const BACKLOG_QUIET_MS = MINUTE_MS;
/** Absences of the gateway that a state remembers. */
export const MAX_ABSENCES = 64;
/** A device without a limit, of which frames are refused and nothing counts for so long, is silent. The project's choice. */
export const REFUSED_MS = 30 * MINUTE_MS;
/** A patient pauses a device for so long at once, at most. The project's choice. */
export const PAUSE_MAX_MS = 7 * 24 * 60 * MINUTE_MS;
