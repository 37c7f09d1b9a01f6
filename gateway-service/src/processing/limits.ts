/** Wall clock: how often windows are looked at. */
export const TICK_INTERVAL_MS = 1_000;
/** Frames read at a time when the processing has to catch up. */
export const CATCH_UP_FRAMES = 512;
/** Frames after which states are written even though nothing came of them. */
export const PERSIST_AFTER_FRAMES = 1_024;
/** States are written no later than this after a frame. What a crash loses is processed again. */
export const PERSIST_DELAY_MS = 500;
/** A reading's id is its frame's row times this, plus its index: a frame has at most 512 readings. */
export const READINGS_PER_ROW = 512;
/** Records that one device may bring about in an hour unless configured: periodic ones, emergencies long past, versions. */
export const RECORDS_PER_DEVICE_HOUR = 240;
/**
 * Alarms of now that it may raise, escalate or end besides: there are twelve rules, and an episode lasts for 15 min at least.
 */
export const EMERGENCIES_PER_DEVICE_HOUR = 48;
/** How often the gateway notes that it is there. What a crash loses of it counts as absence. */
export const ALIVE_INTERVAL_MS = 5_000;
/** Looks at the clock that are further apart than this, by a clock that nobody sets: the gateway heard nobody meanwhile. */
export const STALL_MS = 60_000;
/** Pauses of a device that the rules look at: older ones were over before its newest live readings. */
export const PAUSES_IN_FORCE = 16;
