/** Every limit and default of the devnet, once. Units are last in the names. */

/** Largest gRPC message accepted; a peer's default (`peer.maxRecvMsgSize`). */
export const MAX_MESSAGE_BYTES = 100 * 1024 * 1024;
/** Largest envelope an orderer takes (`AbsoluteMaxBytes`). */
export const MAX_ENVELOPE_BYTES = 10 * 1024 * 1024;
/** A block is cut at this many transactions. */
export const MAX_BLOCK_MESSAGES = 500;
/** A block is cut once its envelopes reach this size (`PreferredMaxBytes`). */
export const PREFERRED_BLOCK_BYTES = 2 * 1024 * 1024;
/** How long the first transaction of a block waits for others. */
export const DEFAULT_BATCH_TIMEOUT_MS = 10;
/** Envelopes accepted and not yet committed, per channel; beyond it submit answers SERVICE_UNAVAILABLE. */
export const MAX_PENDING_ENVELOPES = 10_000;
/** Proposals simulated at once, per organisation; a peer's `peer.limits.concurrency.gatewayService` is 500 too. */
export const MAX_CONCURRENT_PROPOSALS = 500;
/** Private writes that were endorsed and not submitted are forgotten after so many blocks (`transientstoreMaxBlockRetention`). */
export const TRANSIENT_RETENTION_BLOCKS = 1_000;
/** How long a stopping endpoint lets running calls finish. */
export const ENDPOINT_GRACE_MS = 300;
/** How far a proposal's clock may be off (`peer.authentication.timewindow`); Fabric's default is 15 min. */
export const DEFAULT_TIME_WINDOW_MS = 2 * 60 * 1000;
/** How long a chaincode may take (`chaincode.executetimeout`). */
export const CHAINCODE_EXECUTE_TIMEOUT_MS = 30_000;
/** Keys that a chaincode reads or writes with one message (`chaincode.runtimeParams`); Fabric's default. */
export const CHAINCODE_KEYS_IN_MESSAGE_MAX = 1_000;
/** How long a proposal waits for a chaincode server that is not connected (`dial_timeout` of a ccaas package). */
export const CHAINCODE_CONNECT_TIMEOUT_MS = 3_000;
/** How long a start, or a proposal that finds the process ended, waits for `module:` chaincode to register. */
export const CHAINCODE_START_TIMEOUT_MS = 20_000;
/** A proposal that waits for a chaincode server dials it so often. */
export const CHAINCODE_DIAL_INTERVAL_MS = 50;
/** Rows in one QueryResponse to the shim (Fabric's `MaxResultLimit`). */
export const QUERY_BATCH_ROWS = 100;
/** Rows a query returns at most (`ledger.state.totalQueryLimit`). */
export const TOTAL_QUERY_ROWS = 100_000;
/** Reads kept raw in a range query before they are hashed (Fabric's `maxDegreeQueryReadsHashing`). */
export const RANGE_MERKLE_DEGREE = 50;
/** Parsed client certificates kept in memory. */
export const IDENTITY_CACHE_ENTRIES = 4_096;
/** Organisations with peers on one channel; sets of endorsers are found by trying the subsets. */
export const MAX_ENDORSING_ORGANISATIONS = 16;
/** Validity of CA certificates and of the ones they sign. */
export const CA_VALIDITY_DAYS = 3_650;
export const CERTIFICATE_VALIDITY_DAYS = 3_650;
