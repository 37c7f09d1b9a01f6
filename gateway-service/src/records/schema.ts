import type { Migration } from '@careledger/service-kit';

/** Records with all their versions, for good; what is not announced yet is the outbox. */
export const RECORDS_MIGRATION: Migration = {
  name: 'records: versions and their way to the ledgers',
  sql: `
    CREATE TABLE record_versions (
      version_no         INTEGER PRIMARY KEY,
      patient_no         INTEGER NOT NULL,
      record_id          TEXT NOT NULL,
      version            INTEGER NOT NULL,
      kind               TEXT NOT NULL,
      place              TEXT NOT NULL,
      lane               TEXT NOT NULL CHECK (lane IN ('emergency', 'periodic')),
      stage              TEXT NOT NULL CHECK (stage IN ('made', 'stored', 'announced', 'refused')),
      period_start       TEXT NOT NULL,
      period_end         TEXT NOT NULL,
      scope_tags         TEXT NOT NULL,
      -- aggregates of a periodic record, to see whether late readings change them
      summary            TEXT,
      manifest           TEXT NOT NULL,
      manifest_hash      TEXT NOT NULL,
      wrap_set           TEXT NOT NULL,
      -- the provider has an older wrap set than this one
      wraps_pending      INTEGER NOT NULL DEFAULT 0,
      provider_id        TEXT NOT NULL,
      store_statement    TEXT NOT NULL,
      -- statements made for providers that went away, by provider
      former_stores      TEXT NOT NULL DEFAULT '{}',
      store_tx           TEXT,
      store_block        INTEGER,
      receipt            TEXT,
      announce_statement TEXT,
      announce_tx        TEXT,
      announce_block     INTEGER,
      refusal            TEXT,
      arrived_ms         INTEGER,
      made_ms            INTEGER NOT NULL,
      stored_ms          INTEGER,
      announced_ms       INTEGER,
      UNIQUE (record_id, version)
    ) STRICT;
    CREATE INDEX record_versions_of_patient ON record_versions (patient_no, version_no);
    CREATE INDEX record_versions_open ON record_versions (patient_no, version_no) WHERE stage IN ('made', 'stored');
    CREATE INDEX record_versions_wraps ON record_versions (version_no) WHERE wraps_pending = 1;

    CREATE TABLE record_contents (version_no INTEGER PRIMARY KEY, ciphertext BLOB NOT NULL) STRICT;

    -- Emergencies on their straight way to an authority.
    CREATE TABLE emergency_notices (
      notice_no    INTEGER PRIMARY KEY,
      version_no   INTEGER NOT NULL,
      patient_no   INTEGER NOT NULL,
      authority_id TEXT NOT NULL,
      statement    TEXT NOT NULL,
      status       TEXT NOT NULL CHECK (status IN ('open', 'sent', 'given-up')),
      attempts     INTEGER NOT NULL DEFAULT 0,
      last_error   TEXT,
      made_ms      INTEGER NOT NULL,
      sent_ms      INTEGER,
      UNIQUE (version_no, authority_id)
    ) STRICT;
    CREATE INDEX emergency_notices_open ON emergency_notices (notice_no) WHERE status = 'open';

    -- A new grant: earlier records in its scope are wrapped to the authority too, up to a version.
    CREATE TABLE rewrap_jobs (
      job_no          INTEGER PRIMARY KEY,
      patient_no      INTEGER NOT NULL,
      grant_id        TEXT NOT NULL,
      next_version_no INTEGER NOT NULL,
      last_version_no INTEGER NOT NULL
    ) STRICT;
  `,
};
