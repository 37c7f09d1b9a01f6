/** Longest time that a request waits for the ledgers, unless the caller asks for less. */
export const WAIT_MS = 20_000;
