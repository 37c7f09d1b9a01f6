/** Patients' settings, each version by the statement that made it. Part of a released migration: its text stays. */
export const SETTINGS_TABLE = `
    CREATE TABLE settings_versions (
      patient_no INTEGER NOT NULL,
      version    INTEGER NOT NULL,
      -- statement hash, lower-case hexadecimal
      hash       TEXT NOT NULL,
      -- rule time from which on it judges
      from_ms    INTEGER NOT NULL,
      -- compact JWS
      statement  TEXT NOT NULL,
      PRIMARY KEY (patient_no, version)
    ) STRICT, WITHOUT ROWID;
  `;
