/** Frames that wait for their checks, all devices together. More are not read from the sockets: TCP holds them back. */
export const QUEUE_MAX_FRAMES = 4_096;
/** Bytes of the frames that wait. */
export const QUEUE_MAX_BYTES = 16 * 1024 * 1024;
/** Bytes of a frame that count like one frame more: large ones use up more of their device's turns. */
export const BYTES_PER_TURN = 2_048;
/** Turns for which frames of one device wait: a few reads of its connection. The rest of the room is the others'. */
export const DEVICE_QUEUE_MAX_TURNS = 512;
/** A reading measured longer ago is no reason to hurry. */
export const URGENT_MAX_AGE_MS = 15 * 60_000;
/** How often a device whose urgent frames turned out to be none is taken at its word again. */
export const DISTRUSTED_INTERVAL_MS = 1_000;
/** Syncs at a time while urgent frames wait: one of ordinary frames that is under way, and theirs. */
export const URGENT_SYNCS_MAX = 2;
/** Reading goes on when the queue is down to this part of its bounds. */
export const QUEUE_RESUME_FRACTION = 0.5;
/** Frames checked before the event loop gets its turn: about 3 ms, so that an urgent one is heard. */
export const SLICE_MAX_FRAMES = 32;
/** Frames of one transaction. While as many wait for a slow disk, no more are checked. */
export const GROUP_MAX_FRAMES = 512;
