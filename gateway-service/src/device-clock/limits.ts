/** A difference of clocks that is as likely the way from the device: no offset, and no reason to change the one in force. */
export const HELLO_TOLERANCE_MS = 5_000;
/** How long a nonce is good for: with it, a device's clock is read to within this time at worst, mostly to within the way. */
export const NONCE_MAX_AGE_MS = 30_000;
/** A lag that is no larger says nothing of a clock: it may be the way. A token's `iat` that is no farther off neither. */
export const LAG_MIN_MS = 10 * 60_000;
/** How far lags of one clock may be apart. */
export const LAG_TOLERANCE_MS = 2 * 60_000;
/** Frames in a row with one lag that make it an offset. */
export const LAG_FRAMES = 3;
/** A backlog's frames arrive faster than they were sent: in less than this share of the time between them. */
export const LIVE_PACE = 0.75;
/** Boots of one device whose beginnings are known: enough for what it kept before several restarts. */
export const BOOTS_MAX = 8;
/** A frame that shows that a boot began this much earlier moves its beginning; less is the way. */
export const BOOT_GAIN_MIN_MS = 1_000;
/** Readings of a boot of which nobody knows when it was are taken to be older than this, so that they are judged as late. */
export const UNKNOWN_AGE_MIN_MS = 15 * 60_000 + 1;
/** A neighbour's clock, read from a header with whole seconds and after the way back, may be this far off. */
export const NEIGHBOUR_TOLERANCE_MS = 60_000;
/** How often neighbours are asked while this gateway's clock is not proved, and when it is. */
export const PROOF_RETRY_MS = 5_000;
export const PROOF_INTERVAL_MS = 10 * 60_000;
