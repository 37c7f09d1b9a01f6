/** Frames that wait for their checks, all devices together. More are not read from the sockets: TCP holds them back. */
export const QUEUE_MAX_FRAMES = 4_096;
/** Bytes of the frames that wait. */
export const QUEUE_MAX_BYTES = 16 * 1024 * 1024;
/** Reading goes on when the queue is down to this part of its bounds. */
export const QUEUE_RESUME_FRACTION = 0.5;
/** Frames checked before the event loop gets its turn: about 3 ms, so that an urgent one is heard. */
export const SLICE_MAX_FRAMES = 32;
/**
 * While more frames wait for their checks, a group is not written before it has this many: 20 ms of checks, which those
 * at its front spend in the queue anyway; but one transaction, and one write to each socket, instead of eight.
 */
export const GROUP_LOADED_FRAMES = 256;
/** Frames of one transaction. While as many wait for a slow disk, no more are checked. */
export const GROUP_MAX_FRAMES = 512;
