/** Records with all their versions, for good; what is not announced yet is the outbox. Part of a released migration: its text stays. */
export const VERSIONS_TABLES = `
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
  `;

/** How far chains are anchored. Part of a released migration: its text stays. */
export const ANCHORS_TABLE = `
    -- Newest anchored head, and the statement that is to follow it: its bytes stay until the ledger has answered.
    CREATE TABLE anchors (
      patient_no  INTEGER PRIMARY KEY,
      height      INTEGER,
      hash        TEXT,
      next_height INTEGER,
      next_hash   TEXT,
      statement   TEXT,
      fault       TEXT,
      anchored_ms INTEGER
    ) STRICT;
  `;

/**
 * Records under ids of their author, patient and seed, with tag groups, and wraps beside their sets. Nobody but this
 * gateway reads versions of the first form (`format` 1) any more: they stay as they were made, for the patient to read,
 * and each record is due again under its new id, so that those who were granted it get it back. Emergencies of which
 * somebody waits to hear are due as such. Part of a released migration: its text stays.
 */
export const VERSIONS_FORMAT = `
    INSERT INTO due_records (patient_no, kind, place, lane, arrived_ms, due_ms)
    SELECT patient_no, kind, place,
      CASE WHEN max(lane = 'emergency' AND (stage <> 'announced' OR EXISTS (
        SELECT 1 FROM emergency_notices AS notice
        WHERE notice.version_no = record_versions.version_no AND notice.status = 'open')))
        THEN 'emergency' ELSE 'periodic' END,
      max(arrived_ms), max(made_ms)
    FROM record_versions WHERE stage <> 'refused' GROUP BY patient_no, kind, place
    ON CONFLICT (patient_no, kind, place) DO UPDATE SET
      generation = generation + 1,
      lane = CASE WHEN excluded.lane = 'emergency' THEN 'emergency' ELSE lane END,
      arrived_ms = coalesce(excluded.arrived_ms, arrived_ms);
    UPDATE record_versions SET stage = 'refused', refusal = 'FORMAT_OUTDATED' WHERE stage IN ('made', 'stored');

    DROP INDEX record_versions_wraps;
    ALTER TABLE record_versions DROP COLUMN wraps_pending;
    -- TagGroups of packages/domain, JSON
    ALTER TABLE record_versions RENAME COLUMN scope_tags TO tag_groups;
    UPDATE record_versions SET tag_groups = '[]';
    ALTER TABLE record_versions ADD COLUMN format INTEGER NOT NULL DEFAULT 1;
    -- of the set, in its order, JSON; of format 1 they are in the set
    ALTER TABLE record_versions ADD COLUMN wraps TEXT NOT NULL DEFAULT '[]';
    -- the provider's word that it took the set; NULL for the first one, of which the receipt tells
    ALTER TABLE record_versions ADD COLUMN acceptance TEXT;

    -- the authority's word that it has the notice
    ALTER TABLE emergency_notices ADD COLUMN receipt TEXT;
    UPDATE emergency_notices SET status = 'given-up', last_error = 'FORMAT_OUTDATED' WHERE status = 'open';

    -- Patients whose wraps are to be held against their grants, from a version on.
    DROP TABLE rewrap_jobs;
    CREATE TABLE rewrap_jobs (
      patient_no      INTEGER PRIMARY KEY,
      next_version_no INTEGER NOT NULL,
      -- the first version on which its provider did not agree yet
      again_from      INTEGER,
      generation      INTEGER NOT NULL DEFAULT 1
    ) STRICT;
    -- Grants that ended by their own terms up to here have had their wraps looked at.
    CREATE TABLE rewrap_sweep (id INTEGER PRIMARY KEY CHECK (id = 1), swept_ms INTEGER NOT NULL) STRICT;
    INSERT INTO rewrap_sweep VALUES (1, 0);
`;

/** Part of a released migration: its text stays. */
export const VERSIONS_TRACE_COLUMN = `
    -- header traceparent of its making, where that is traced
    ALTER TABLE record_versions ADD COLUMN trace TEXT;
  `;

/** Part of a released migration: its text stays. */
export const REWRAP_RANGES = `
    -- A patient's versions from first_no to last_no are held against the grants, newest first: next_no is looked at next.
    CREATE TABLE rewrap_ranges (
      patient_no  INTEGER PRIMARY KEY,
      first_no    INTEGER NOT NULL,
      last_no     INTEGER NOT NULL,
      next_no     INTEGER NOT NULL,
      -- the range of those on which their providers did not agree yet
      again_first INTEGER,
      again_last  INTEGER,
      generation  INTEGER NOT NULL DEFAULT 1
    ) STRICT;
    INSERT INTO rewrap_ranges (patient_no, first_no, last_no, next_no)
      SELECT patient_no, coalesce(min(again_from, next_version_no), next_version_no), newest, newest
      FROM rewrap_jobs JOIN (SELECT patient_no, max(version_no) AS newest FROM record_versions GROUP BY patient_no)
        USING (patient_no);
    DROP TABLE rewrap_jobs;
    ALTER TABLE rewrap_ranges RENAME TO rewrap_jobs;
`;

/** Which windows have records of which kind. Part of a released migration: its text stays. */
export const DETAIL_INDEX = `
    CREATE INDEX record_versions_of_windows ON record_versions (patient_no, kind, place) WHERE lane = 'periodic';
  `;
