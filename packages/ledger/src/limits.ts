/** Every bound of the client, with its unit. */

/** Covers the chaincode's execution on every endorser. */
export const ENDORSE_TIMEOUT_MS = 15_000;
export const EVALUATE_TIMEOUT_MS = 10_000;
/** Until an orderer has taken the transaction. */
export const SUBMIT_TIMEOUT_MS = 8_000;
/** Until it is in a block; after that it counts as lost and goes in again, the same bytes. */
export const COMMIT_STATUS_TIMEOUT_MS = 8_000;
/** Long enough for a peer to look into its ledger. */
export const KNOWN_STATUS_TIMEOUT_MS = 1_000;
/**
 * How long the same bytes are sent again before the caller is told COMMIT_UNKNOWN: a peer's restart fits in, and two
 * changes of a BFT leader, one after the other.
 */
export const RESEND_WINDOW_MS = 30_000;
/** Journalled transactions that `resume()` has on their way at once. */
export const RESUME_CONCURRENCY = 16;
export const RESEND_MIN_DELAY_MS = 100;
export const RESEND_MAX_DELAY_MS = 2_000;

/** Proposals of the same content before a conflict is the caller's. */
export const MAX_PROPOSALS = 5;
export const REPROPOSE_MIN_DELAY_MS = 20;
export const REPROPOSE_MAX_DELAY_MS = 1_000;
/** Conflicts of one batch before it is split. */
export const CONFLICTS_BEFORE_SPLIT = 3;

export const RECONNECT_MIN_DELAY_MS = 100;
export const RECONNECT_MAX_DELAY_MS = 2_000;

/**
 * A killed peer's connection can stay open in Node: measured, 1 of some 40 with both cores busy. So pings find it, while
 * there are calls. They keep above `peer.keepalive.minInterval`, 10 s in this project's networks; a peer that allows fewer
 * (60 s by default) says so by closing the connection, and grpc-js doubles the interval.
 */
export const KEEPALIVE_INTERVAL_MS = 15_000;
export const KEEPALIVE_TIMEOUT_MS = 10_000;
/** Fabric's own limit on a message, which a block may fill. */
export const MAX_MESSAGE_BYTES = 100 * 1024 * 1024;
