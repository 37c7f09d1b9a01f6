import { EMERGENCY_NOTICE_MAX_AGE_S, STORE_BATCH_MAX_ITEMS } from '@careledger/protocol';
import type { Backoff } from '@careledger/service-kit';

/** Records under way at once before they are on disk, of each priority: they share transactions and syncs. */
export const MAKING_CONCURRENCY = 32;
/** Requests with many records on their way to one provider. */
export const STORE_BATCHES_IN_FLIGHT = 2;
/** Records on their way to providers at once, of each priority: they share requests, and transactions there. */
export const STORING_CONCURRENCY = STORE_BATCHES_IN_FLIGHT * STORE_BATCH_MAX_ITEMS;
/** Emergency notices on their way at once. */
export const NOTICE_CONCURRENCY = 32;
/** A notice that is older than this is signed anew before it goes again: apis refuse one of EMERGENCY_NOTICE_MAX_AGE_S. */
export const NOTICE_RENEWED_AFTER_MS = (EMERGENCY_NOTICE_MAX_AGE_S / 2) * 1_000;
/** Patients whose wraps are brought up to date at once. */
export const REWRAP_CONCURRENCY = 4;
/** Pauses while a provider does not agree about who may read, e.g. because its peer lags behind. */
export const REWRAP_BACKOFF: Backoff = { minMs: 250, maxMs: 60_000 };
/** An api that takes longer for a notice has failed. */
export const NOTICE_TIMEOUT_MS = 5_000;
/** Time between anchors of a chain unless configured. */
export const DEFAULT_ANCHOR_INTERVAL_MS = 10 * 60_000;
