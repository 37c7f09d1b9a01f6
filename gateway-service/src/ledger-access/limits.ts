import type { Backoff } from '@careledger/service-kit';

/** Pauses while the other side is away: emergencies look more often. */
export const EMERGENCY_BACKOFF: Backoff = { minMs: 100, maxMs: 3_000 };
export const PERIODIC_BACKOFF: Backoff = { minMs: 200, maxMs: 15_000 };
/** Announcements and consent statements under way at once, of each priority: they share transactions here. */
export const LEDGER_CONCURRENCY = 256;
/** A provider tells the time at once, or is of no use for it. */
export const PROOF_TIMEOUT_MS = 5_000;
/** A provider answers after its transaction has committed, which may take a few blocks. */
export const STORE_TIMEOUT_MS = 40_000;
