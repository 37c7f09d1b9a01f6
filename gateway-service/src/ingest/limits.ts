/** Frames that wait for their checks, all devices together. More are not read from the sockets: TCP holds them back. */
export const QUEUE_MAX_FRAMES = 4_096;
/** Bytes of the frames that wait. */
export const QUEUE_MAX_BYTES = 16 * 1024 * 1024;
/** Turns for which frames of one device wait: a few reads of its connection. The rest of the room is the others'. */
export const DEVICE_QUEUE_MAX_TURNS = 512;
/** Of these for frames of whoever has not shown that he is the device: it finds room whatever is sent in its name. */
export const UNPROVED_QUEUE_MAX_TURNS = 256;
/** A reading measured longer ago is no reason to hurry. */
export const URGENT_MAX_AGE_MS = 15 * 60_000;
/** How often a device whose urgent frames turned out to be none is taken at its word again. */
export const DISTRUSTED_INTERVAL_MS = 1_000;
/** Syncs at a time while urgent frames wait: one of ordinary frames that is under way, and theirs. */
export const URGENT_SYNCS_MAX = 2;
/** Reading goes on when the queue is down to this part of its bounds. */
export const QUEUE_RESUME_FRACTION = 0.5;
/** Frames checked before the event loop gets its turn: half a millisecond, so that an urgent one is heard, and told that it is kept. */
export const SLICE_MAX_FRAMES = 8;
/** Frames of one transaction. While as many wait for a slow disk, no more are checked. */
export const GROUP_MAX_FRAMES = 512;
/** While urgent frames wait: theirs come on top, and take the group with them at once. */
export const URGENT_GROUP_MAX_FRAMES = 1_024;
/**
 * So many have to wait before another thread is asked to verify some: some 20 ms of work. This thread then never runs out of
 * it between two reads of the sockets, and the other does only what is too much for this one.
 */
export const VERIFY_THREAD_MIN_WAITING = 384;
/** Signatures that are offered to that thread at a time: 2 MiB, from its first load on. */
export const SIGNATURE_SLOTS = 1_024;
/** Bytes of each: key, signature and message. A longer frame is verified here. */
export const SIGNATURE_SLOT_BYTES = 2_048;
/** Megabytes of that thread's own heap. It keeps nothing. */
export const VERIFY_THREAD_MEMORY = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 32 };
/** A thread that shows no sign of life for so long, and has something to do, is given up. */
export const VERIFY_THREAD_HUNG_MS = 10_000;
/** From the end of a thread to the start of the next: of the second, third, … that ended without having done anything more. */
export const VERIFY_THREAD_BACKOFF = { minMs: 1_000, maxMs: 300_000 };
