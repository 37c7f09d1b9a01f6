/** Part of a released migration: its text stays. */
export const RECEIVED_VERSIONS_TABLE = `
    -- Versions that authorities have written of this gateway's patients, as heard on the ledgers.
    CREATE TABLE received_versions (
      version_no     INTEGER PRIMARY KEY,
      patient_no     INTEGER NOT NULL,
      record_id      TEXT NOT NULL,
      version        INTEGER NOT NULL,
      -- StoredRecordState of packages/contracts, JSON; NULL until the ledger was asked
      stored         TEXT,
      -- by its author; NULL until it was opened
      manifest       TEXT,
      -- what this gateway found in it: TagGroups of packages/domain, JSON; NULL until it was opened
      tag_groups     TEXT,
      uncategorised  INTEGER NOT NULL DEFAULT 0,
      -- why it cannot be opened, or not be confirmed
      failure        TEXT,
      -- whether the channels have told of it: what is announced alone may never have been stored
      stored_heard   INTEGER NOT NULL DEFAULT 0,
      announced      INTEGER NOT NULL DEFAULT 0,
      -- transactions that confirmed the tags
      cloud_tx       TEXT,
      authorities_tx TEXT,
      heard_ms       INTEGER NOT NULL,
      UNIQUE (patient_no, record_id, version)
    ) STRICT;
    CREATE INDEX received_versions_of_patient ON received_versions (patient_no, version_no);
    CREATE INDEX received_versions_open ON received_versions (patient_no, version_no)
      WHERE stored_heard = 1 AND failure IS NULL AND (cloud_tx IS NULL OR (announced = 1 AND authorities_tx IS NULL));
`;
