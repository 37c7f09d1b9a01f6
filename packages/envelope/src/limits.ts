/** Recipients of one version of a record. */
export const WRAPS_MAX = 256;
/** Characters of a wrap set: a wrap takes about 450 in JSON, a third more in base64url. */
export const WRAP_SET_MAX_CHARS = 262_144;
/** Characters of a manifest or a receipt. */
export const MANIFEST_MAX_CHARS = 8_192;
/** Characters of a sealed blob; statements that carry one set a lower limit of their own. */
export const SEALED_MAX_CHARS = 1_048_576;
