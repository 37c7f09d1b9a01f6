/** What became of alarms: how often each called, who acknowledged. Part of a released migration: its text stays. */
export const ALARM_CALLS_TABLES = `
    -- An alarm calls when it is raised, confirmed or escalated; each call asks for an acknowledgement of its own.
    CREATE TABLE alarm_calls (
      episode_id              TEXT PRIMARY KEY,
      patient_no              INTEGER NOT NULL,
      -- calls so far, and when the newest came, by the gateway's clock
      call                    INTEGER NOT NULL,
      called_ms               INTEGER NOT NULL,
      -- the record that tells of it, and its first version that tells of the newest call; NULL until it is made
      record_id               TEXT,
      version                 INTEGER,
      -- of the newest call: by a recipient, by the patient
      acknowledged_ms         INTEGER,
      patient_acknowledged_ms INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX alarm_calls_of_record ON alarm_calls (record_id);

    -- For good.
    CREATE TABLE alarm_acknowledgements (
      acknowledgement_no INTEGER PRIMARY KEY,
      patient_no         INTEGER NOT NULL,
      episode_id         TEXT NOT NULL,
      -- NULL: by the patient
      authority_id       TEXT,
      practitioner_id    TEXT,
      -- of the record, as the recipient was told it
      version            INTEGER,
      acknowledged_ms    INTEGER NOT NULL,
      received_ms        INTEGER NOT NULL,
      statement          TEXT NOT NULL UNIQUE
    ) STRICT;
    CREATE INDEX alarm_acknowledgements_of_episode ON alarm_acknowledgements (episode_id);

    -- When the authority is asked next whether somebody acknowledged; NULL: it is not asked (any more).
    ALTER TABLE emergency_notices ADD COLUMN next_ask_ms INTEGER;
    ALTER TABLE emergency_notices ADD COLUMN acknowledged_ms INTEGER;
    CREATE INDEX emergency_notices_asked ON emergency_notices (next_ask_ms) WHERE next_ask_ms IS NOT NULL;
  `;

/** When the next recipients are told, and alarms about the way of alarms. Part of a released migration: its text stays. */
export const ESCALATION_TABLES = `
    -- the highest rank that was told; when the next is, unless somebody acknowledges: NULL where nobody is next
    ALTER TABLE alarm_calls ADD COLUMN rank INTEGER;
    ALTER TABLE alarm_calls ADD COLUMN next_ms INTEGER;
    CREATE INDEX alarm_calls_next ON alarm_calls (next_ms) WHERE next_ms IS NOT NULL;

    -- when it was found that its authority does not have it in time
    ALTER TABLE emergency_notices ADD COLUMN overdue_ms INTEGER;
    CREATE INDEX emergency_notices_awaited ON emergency_notices (made_ms) WHERE status = 'open' AND overdue_ms IS NULL;

    CREATE TABLE technical_alarms (
      alarm_no   INTEGER PRIMARY KEY,
      patient_no INTEGER NOT NULL,
      cause      TEXT NOT NULL,
      -- an authority or an episode
      subject    TEXT NOT NULL,
      raised_ms  INTEGER NOT NULL,
      ended_ms   INTEGER
    ) STRICT;
    CREATE UNIQUE INDEX technical_alarms_open ON technical_alarms (patient_no, cause, subject) WHERE ended_ms IS NULL;
  `;

/** When sounds are muted. Part of a released migration: its text stays. */
export const MUTES_TABLE = `
    -- For good; a patient's newest holds.
    CREATE TABLE alarm_mutes (
      mute_no     INTEGER PRIMARY KEY,
      patient_no  INTEGER NOT NULL,
      until_ms    INTEGER NOT NULL,
      received_ms INTEGER NOT NULL,
      statement   TEXT NOT NULL UNIQUE
    ) STRICT;
    CREATE INDEX alarm_mutes_of_patient ON alarm_mutes (patient_no);
  `;
