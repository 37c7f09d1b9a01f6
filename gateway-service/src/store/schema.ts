import type { Migration } from '@careledger/service-kit';

/** What devices' clocks are off, with each frame and as known now. Part of a released migration: its text stays. */
const CLOCK_TABLES = `
    -- added to the times of the frame's readings; of frames before, nothing was known
    ALTER TABLE frames ADD COLUMN offset_ms INTEGER NOT NULL DEFAULT 0;
    -- JSON of src/device-clock/clock-state.ts
    CREATE TABLE device_clocks (device_id TEXT PRIMARY KEY, state TEXT NOT NULL) STRICT, WITHOUT ROWID;
  `;

/** Frames that came together lie together, in one row: to write that is what storing them costs. Released: its text stays. */
const FRAME_GROUPS_TABLE = `
    -- What this overwrites is gone: frames may be erased later.
    PRAGMA secure_delete = ON;
    CREATE TABLE frame_groups (
      -- of the first of its frames; the others' follow it
      first_row INTEGER PRIMARY KEY,
      -- heads and contents, as src/store/frame-group.ts has them
      frames    BLOB NOT NULL
    ) STRICT;
    -- Those before make groups of one.
    INSERT INTO frame_groups (first_row, frames)
      SELECT row_id, unhex(printf('%04x%012x%08x%08x%012x%016x%02x%08x', 1, chain_no, seq, height, received_ms, offset_ms,
        flags | iif(jws IS NULL, 128, 0), length(coalesce(jws, CAST(leaf AS BLOB), x'')))
        || hex(coalesce(jws, CAST(leaf AS BLOB), x'')))
      FROM frames ORDER BY row_id;
    DROP TABLE frames;
  `;

/**
 * The gateway's off-chain store. Raw frames are the truth; everything about them is derived.
 *
 * What comes per frame is appended by row id alone, many in a row (`frame_groups`): a secondary index on frames costs three
 * times as much at a million rows. Whatever needs finding is indexed per block of up to 64 frames.
 */
export const STORE_MIGRATIONS: readonly Migration[] = [
  {
    name: 'patients, devices, frames and blocks',
    sql: `
      CREATE TABLE patients (
        patient_no  INTEGER PRIMARY KEY,
        patient_id  TEXT NOT NULL UNIQUE,
        created_ms  INTEGER NOT NULL,
        -- ChainState of packages/private-chain after the newest block, JSON
        chain_state TEXT NOT NULL
      ) STRICT;

      CREATE TABLE devices (
        device_id     TEXT PRIMARY KEY,
        patient_no    INTEGER NOT NULL REFERENCES patients,
        public_key    BLOB NOT NULL,
        kid           TEXT NOT NULL,
        type          TEXT NOT NULL,
        codes         TEXT NOT NULL,
        status        TEXT NOT NULL CHECK (status IN ('active', 'suspended', 'revoked')),
        -- the run of counters that is open now
        chain_no      INTEGER NOT NULL,
        registered_ms INTEGER NOT NULL,
        changed_ms    INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX devices_of_patient ON devices (patient_no);

      -- One per device and epoch. The counters are as of the patient's newest block; frames after it are read again.
      CREATE TABLE device_chains (
        chain_no   INTEGER PRIMARY KEY,
        device_id  TEXT NOT NULL,
        epoch      TEXT NOT NULL,
        patient_no INTEGER NOT NULL,
        state      TEXT NOT NULL,
        opened_ms  INTEGER NOT NULL,
        UNIQUE (device_id, epoch)
      ) STRICT;

      CREATE TABLE pairing_codes (
        code_hash  BLOB PRIMARY KEY,
        patient_no INTEGER NOT NULL REFERENCES patients,
        -- set for a code that pairs a known device again
        device_id  TEXT,
        expires_ms INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE frames (
        row_id      INTEGER PRIMARY KEY,
        chain_no    INTEGER NOT NULL,
        seq         INTEGER NOT NULL,
        height      INTEGER NOT NULL,
        received_ms INTEGER NOT NULL,
        flags       INTEGER NOT NULL,
        -- the compact JWS as it came; NULL once erased
        jws         BLOB,
        -- kept of an erased frame
        leaf        TEXT
      ) STRICT;

      CREATE TABLE blocks (
        block_no   INTEGER PRIMARY KEY,
        patient_no INTEGER NOT NULL,
        height     INTEGER NOT NULL,
        hash       TEXT NOT NULL,
        -- of frames blocks: measured times of the readings, and the class of their span
        min_ms     INTEGER,
        max_ms     INTEGER,
        span_class INTEGER,
        json       TEXT NOT NULL,
        -- row ids of its frames, 6 bytes each; packed Merkle levels
        frame_rows BLOB,
        nodes      BLOB
      ) STRICT;
      CREATE UNIQUE INDEX blocks_by_height ON blocks (patient_no, height);
      CREATE INDEX blocks_by_time ON blocks (patient_no, span_class, max_ms) WHERE span_class IS NOT NULL;

      -- Runs of consecutive counters in a sealed block: finds the frame of any counter without an index on frames.
      CREATE TABLE frame_runs (
        chain_no INTEGER NOT NULL,
        from_seq INTEGER NOT NULL,
        to_seq   INTEGER NOT NULL,
        height   INTEGER NOT NULL,
        PRIMARY KEY (chain_no, from_seq)
      ) STRICT, WITHOUT ROWID;

      -- Every frame before this row is in a sealed block: where recovery begins to read.
      CREATE TABLE recovery (id INTEGER PRIMARY KEY CHECK (id = 1), from_row INTEGER NOT NULL) STRICT;
      INSERT INTO recovery VALUES (1, 1);
    `,
  },
];

/** Of the store, after its first release: each stands where it came among those of the modules on top. */
export const CLOCKS_MIGRATION: Migration = { name: 'frames: offsets of devices’ clocks', sql: CLOCK_TABLES };
export const FRAME_GROUPS_MIGRATION: Migration = { name: 'frames: in groups', sql: FRAME_GROUPS_TABLE };

/** For a store with nothing on top. */
export const LATER_STORE_MIGRATIONS: readonly Migration[] = [CLOCKS_MIGRATION, FRAME_GROUPS_MIGRATION];
