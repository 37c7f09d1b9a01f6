/** How often it is looked whether an authority is to be asked for its acknowledgement. */
export const ASK_SWEEP_MS = 500;
/** Authorities are asked about so many notices at once. */
export const ASK_BATCH_MAX = 32;
/** Pauses between questions about one notice grow with its age: by this part of it, between the two bounds. */
export const ASK_PAUSE_SHARE = 1 / 20;
export const ASK_PAUSE_MIN_MS = 1_000;
export const ASK_PAUSE_MAX_MS = 10 * 60_000;
/** A notice that nobody acknowledged for so long is asked about no more: whoever reads its record later sees it there. */
export const ASK_FOR_MS = 7 * 24 * 60 * 60_000;

/**
 * An alarm of high priority that nobody has acknowledged for so long goes to the next recipients, unless configured. Our
 * choice: IEC 60601-1-8 calls high priority immediate and names no figure.
 */
export const ACKNOWLEDGE_WITHIN_MS = 5 * 60_000;
/** A notice that its authority does not have after so long is a technical alarm, unless configured. Our choice. */
export const DELIVER_WITHIN_MS = 60_000;
/** How often it is looked whether either time is over. */
export const WATCH_SWEEP_MS = 500;
/** Alarms that go to their next recipients at once. */
export const ESCALATING_MAX = 32;
