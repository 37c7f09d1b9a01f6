/** Technical alarms that ended are listed for so long. */
export const TECHNICAL_LISTED_MS = 7 * 24 * 60 * 60_000;
/** The longest time for which sounds are muted at once. */
export const MUTE_MAX_MS = 2 * 60 * 60_000;
