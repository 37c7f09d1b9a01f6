/** Frames after which a patient's open block is sealed. */
export const BLOCK_MAX_FRAMES = 64;
/** Longest time that a frame waits in an open block. */
export const SEAL_INTERVAL_MS = 60_000;
/** How often open blocks are looked through for those whose time has come. */
export const SEAL_CHECK_INTERVAL_MS = 250;
/** Readings were taken up to this far ahead by a former release, and their blocks are found by the time that they bear. */
export const FORMER_AHEAD_MS = 5 * 60_000;
/** Frames of sealed blocks that recovery reads in vain, at most: to put down where it begins costs a page each time. */
export const RECOVERY_LAG_FRAMES = 1_024;
/** Frames read at once while a store is recovered or a chain verified. */
export const READ_PAGE_FRAMES = 1_024;
/** Blocks read at once while a chain is verified. */
export const READ_PAGE_BLOCKS = 256;
