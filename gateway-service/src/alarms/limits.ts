/** Technical alarms that ended are listed for so long. */
export const TECHNICAL_LISTED_MS = 7 * 24 * 60 * 60_000;
