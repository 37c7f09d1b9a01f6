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

/** Part of a migration: its text stays. */
export const POLICY_EPOCHS_TABLE = `
    -- In which epoch of a patient's policy a consent key numbers decisions: one that took another's place opens the next. Keys
    -- that are not here: 0.
    CREATE TABLE policy_epochs (
      patient_no  INTEGER NOT NULL,
      consent_key TEXT NOT NULL,
      epoch       INTEGER NOT NULL,
      PRIMARY KEY (patient_no, consent_key)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO policy_epochs SELECT patient_no, consent_key, (
      SELECT count(DISTINCT job) FROM consent_steps AS made
      WHERE made.patient_no = consent_keys.patient_no AND kind = 'rotate' AND status <> 'refused')
    FROM consent_keys;
`;

/** What was sealed to patients' former keys. */
export const RESEALED_TABLE = `
    -- What ledgers keep sealed to a key that the patient has no more, sealed to the one after it; by the SHA-256 of what lies there.
    CREATE TABLE resealed (
      patient_no    INTEGER NOT NULL,
      sealed_sha256 TEXT NOT NULL,
      context       TEXT NOT NULL,
      sealed        TEXT NOT NULL,
      PRIMARY KEY (patient_no, sealed_sha256)
    ) STRICT, WITHOUT ROWID;
`;
