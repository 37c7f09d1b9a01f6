/** What the processing knows, with what is due because of it: written in one transaction. Part of a released migration: its text stays. */
export const PROCESSING_TABLES = `
    -- Every frame up to this row is in the states; the counts are of those frames.
    CREATE TABLE processing_cursor (
      id       INTEGER PRIMARY KEY CHECK (id = 1),
      row_id   INTEGER NOT NULL,
      frames   INTEGER NOT NULL,
      readings INTEGER NOT NULL
    ) STRICT;
    INSERT INTO processing_cursor VALUES (1, 0, 0, 0);

    CREATE TABLE processing_states (patient_no INTEGER PRIMARY KEY, state TEXT NOT NULL) STRICT;

    -- Readings that are kept out of the rules, by reading id; every other one is plausible.
    CREATE TABLE reading_flags (reading_id INTEGER PRIMARY KEY, flags TEXT NOT NULL) STRICT;

    CREATE TABLE episodes (
      episode_id  TEXT PRIMARY KEY,
      patient_no  INTEGER NOT NULL,
      rule        TEXT NOT NULL,
      status      TEXT NOT NULL CHECK (status IN ('open', 'ended', 'withdrawn', 'merged')),
      start_ms    INTEGER NOT NULL,
      raised_ms   INTEGER NOT NULL,
      end_ms      INTEGER,
      evidence    TEXT NOT NULL,
      news2       TEXT,
      -- arrival of the frame that raised it, by the gateway's clock
      arrived_ms  INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX episodes_of_patient ON episodes (patient_no, start_ms);

    -- Records, or further versions of them, that are to be made. generation counts what happened since it was made due.
    CREATE TABLE due_records (
      due_no     INTEGER PRIMARY KEY,
      patient_no INTEGER NOT NULL,
      kind       TEXT NOT NULL CHECK (kind IN ('periodic', 'emergency')),
      -- window (START/END) or episode
      place      TEXT NOT NULL,
      lane       TEXT NOT NULL CHECK (lane IN ('emergency', 'periodic')),
      generation INTEGER NOT NULL DEFAULT 1,
      arrived_ms INTEGER,
      due_ms     INTEGER NOT NULL,
      UNIQUE (patient_no, kind, place)
    ) STRICT;
  `;

/** How many records devices bring about, and records that are put off because of it. Part of a released migration: its text stays. */
export const ALLOWANCES_TABLES = `
    -- A record that is put off is not made before this time; 0 for all others.
    ALTER TABLE due_records ADD COLUMN not_before_ms INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX due_records_deferred ON due_records (not_before_ms) WHERE not_before_ms > 0;

    CREATE INDEX episodes_open ON episodes (patient_no) WHERE status = 'open';

    -- Hours are whole hours since 1970.
    CREATE TABLE device_allowances (
      device_id   TEXT NOT NULL,
      lane        TEXT NOT NULL CHECK (lane IN ('emergency', 'periodic')),
      -- the hour whose places are being given, and how many of them are
      slot_hour   INTEGER NOT NULL,
      slot_used   INTEGER NOT NULL,
      -- the last hour in which a record did not have to wait
      direct_hour INTEGER NOT NULL,
      -- records put off so far, and when the last was
      deferred    INTEGER NOT NULL,
      deferred_ms INTEGER,
      PRIMARY KEY (device_id, lane)
    ) STRICT, WITHOUT ROWID;
  `;

/** What alarms say of themselves. */
export const ALARMS_COLUMNS = `
    ALTER TABLE episodes ADD COLUMN type TEXT NOT NULL DEFAULT 'physiological';
    ALTER TABLE episodes ADD COLUMN priority TEXT NOT NULL DEFAULT 'high';
    ALTER TABLE episodes ADD COLUMN unconfirmed INTEGER NOT NULL DEFAULT 0;
    -- raised when it was news no more
    ALTER TABLE episodes ADD COLUMN late INTEGER NOT NULL DEFAULT 0;
    -- JSON, sorted
    ALTER TABLE episodes ADD COLUMN marks TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE episodes ADD COLUMN end_reason TEXT;
    UPDATE episodes SET priority = 'medium' WHERE rule = 'glucose-very-high';
  `;

/** Part of a released migration: its text stays. */
export const DUE_TRACE_COLUMN = `
    -- header traceparent of what made it due, where that is traced
    ALTER TABLE due_records ADD COLUMN trace TEXT;
  `;

/** When the gateway was there to hear devices, and when nobody waits for them. Part of a released migration: its text stays. */
export const SILENCE_TABLES = `
    -- When this gateway was last known to run, and whether it was stopped then.
    CREATE TABLE gateway_life (
      id         INTEGER PRIMARY KEY CHECK (id = 1),
      alive_ms   INTEGER NOT NULL,
      is_stopped INTEGER NOT NULL
    ) STRICT;

    -- When it heard nobody, for good.
    CREATE TABLE gateway_absences (
      from_ms  INTEGER PRIMARY KEY,
      until_ms INTEGER NOT NULL,
      cause    TEXT NOT NULL CHECK (cause IN ('stopped', 'killed', 'stalled'))
    ) STRICT;

    -- When devices were suspended, or revoked, for good.
    CREATE TABLE device_pauses (
      pause_no  INTEGER PRIMARY KEY,
      device_id TEXT NOT NULL,
      from_ms   INTEGER NOT NULL,
      -- NULL: it lasts
      until_ms  INTEGER
    ) STRICT;
    CREATE INDEX device_pauses_of_device ON device_pauses (device_id, from_ms);
  `;

/** Which alarms are told in one record. */
export const LEADS_COLUMN = `
    -- the first of the episodes that are told together: its id is the record's place
    ALTER TABLE episodes ADD COLUMN lead_id TEXT NOT NULL DEFAULT '';
    UPDATE episodes SET lead_id = episode_id;
    CREATE INDEX episodes_together ON episodes (lead_id);
    CREATE INDEX episodes_raised ON episodes (patient_no, raised_ms);
  `;

/** Kinds of records are those of packages/domain. Part of a released migration: its text stays. */
export const DUE_KINDS = `
    CREATE TABLE due_of_any_kind (
      due_no        INTEGER PRIMARY KEY,
      patient_no    INTEGER NOT NULL,
      kind          TEXT NOT NULL,
      -- window (START/END) or episode
      place         TEXT NOT NULL,
      lane          TEXT NOT NULL CHECK (lane IN ('emergency', 'periodic')),
      generation    INTEGER NOT NULL DEFAULT 1,
      arrived_ms    INTEGER,
      due_ms        INTEGER NOT NULL,
      -- a record that is put off is not made before this time; 0 for all others
      not_before_ms INTEGER NOT NULL DEFAULT 0,
      -- header traceparent of what made it due, where that is traced
      trace         TEXT,
      UNIQUE (patient_no, kind, place)
    ) STRICT;
    INSERT INTO due_of_any_kind (due_no, patient_no, kind, place, lane, generation, arrived_ms, due_ms, not_before_ms, trace)
    SELECT due_no, patient_no, kind, place, lane, generation, arrived_ms, due_ms, not_before_ms, trace FROM due_records;
    DROP TABLE due_records;
    ALTER TABLE due_of_any_kind RENAME TO due_records;
    CREATE INDEX due_records_deferred ON due_records (not_before_ms) WHERE not_before_ms > 0;
  `;
