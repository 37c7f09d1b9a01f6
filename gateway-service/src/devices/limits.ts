/** How long a pairing code is good for unless asked otherwise, and at most. */
export const PAIRING_CODE_TTL_MS = 10 * 60_000;
export const PAIRING_CODE_TTL_MAX_MS = 24 * 60 * 60_000;
/** Unused codes of one patient at a time. */
export const MAX_PAIRING_CODES = 32;
/** Random bytes of a pairing code: 80 bits, 16 characters of base32. */
export const PAIRING_CODE_BYTES = 10;
/** Characters of a device token: header and claims of known size, with room. */
export const DEVICE_TOKEN_MAX_CHARS = 1_024;
