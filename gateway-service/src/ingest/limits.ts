/** Frames that wait for their checks, all devices together. More are not read from the sockets: TCP holds them back. */
export const QUEUE_MAX_FRAMES = 4_096;
/** Bytes of the frames that wait. */
export const QUEUE_MAX_BYTES = 16 * 1024 * 1024;
/** Reading goes on when the queue is down to this part of its bounds. */
export const QUEUE_RESUME_FRACTION = 0.5;
/** Frames checked before the event loop gets its turn: about 3 ms, so that an urgent one is heard. */
export const SLICE_MAX_FRAMES = 32;
/** Frames of one transaction. While as many wait for a slow disk, no more are checked. */
export const GROUP_MAX_FRAMES = 512;
