/** Longest time that a request waits for the ledgers, unless the caller asks for less. */
export const WAIT_MS = 20_000;
/** Longest time that a request waits until a ledger has the patient whom it is about. */
export const REGISTRATION_WAIT_MS = 10_000;
/** What a provider released is in its own store; without an answer the patient's list comes without that. */
export const RELEASE_LOOKUP_TIMEOUT_MS = 3_000;
