/** Part of a released migration: its text stays. */
export const PATIENT_TOKENS_TABLE = `
    -- Bearer tokens of role patient that this gateway handed out: only their hashes.
    CREATE TABLE patient_tokens (
      sha256     TEXT PRIMARY KEY,
      patient_no INTEGER NOT NULL,
      made_ms    INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
`;

/** Part of a released migration: its text stays. */
export const PASSPHRASE_CHANGES_TABLE = `
    -- When a patient's passphrase last became another one.
    CREATE TABLE passphrase_changes (patient_no INTEGER PRIMARY KEY, changed_ms INTEGER NOT NULL) STRICT;
`;

/** Part of a released migration: its text stays. */
export const CONSENT_KEYS_TABLE = `
    -- The consent key in force of a patient who has rotated it: raw Ed25519, base64url.
    CREATE TABLE consent_keys (patient_no INTEGER PRIMARY KEY, consent_key TEXT NOT NULL) STRICT;
`;
