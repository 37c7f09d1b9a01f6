/** Part of a released migration: its text stays. */
export const UNMADE_RECORDS_TABLE = `
    -- Records that cannot be made as they are, until something happens to them.
    CREATE TABLE unmade_records (
      patient_no INTEGER NOT NULL,
      kind       TEXT NOT NULL,
      place      TEXT NOT NULL,
      code       TEXT NOT NULL,
      reason     TEXT NOT NULL,
      noted_ms   INTEGER NOT NULL,
      PRIMARY KEY (patient_no, kind, place)
    ) STRICT, WITHOUT ROWID;
  `;
