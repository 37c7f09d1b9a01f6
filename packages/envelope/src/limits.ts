/** Recipients of one version of a record. */
export const WRAPS_MAX = 256;
/** Characters of a wrap set: it names each wrap by its hash, some 80 characters in base64url. */
export const WRAP_SET_MAX_CHARS = 32_768;
/** Characters of one wrap. */
export const WRAP_MAX_CHARS = 1_024;
/** Characters of a manifest: the most tag groups take 17,000. */
export const MANIFEST_MAX_CHARS = 24_576;
/** Characters of a receipt or an acceptance. */
export const RECEIPT_MAX_CHARS = 8_192;
/** Characters of a sealed blob; statements that carry one set a lower limit of their own. */
export const SEALED_MAX_CHARS = 1_048_576;
