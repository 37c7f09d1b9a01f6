/**
 * What patients decided, and how far each decision has come on each channel. Part of a released migration: its text
 * stays.
 */
export const CONSENT_TABLES = `
    -- A statement and one channel that has to take it. Steps of one job go in the order of their places.
    CREATE TABLE consent_steps (
      step_no      INTEGER PRIMARY KEY,
      patient_no   INTEGER NOT NULL,
      job          TEXT NOT NULL,
      place        INTEGER NOT NULL,
      kind         TEXT NOT NULL CHECK (kind IN ('register', 'grant', 'revoke', 'reject')),
      channel      TEXT NOT NULL,
      statement    TEXT NOT NULL,
      status       TEXT NOT NULL CHECK (status IN ('open', 'done', 'refused')),
      code         TEXT,
      tx_id        TEXT,
      block_number INTEGER,
      made_ms      INTEGER NOT NULL,
      done_ms      INTEGER,
      UNIQUE (job, channel)
    ) STRICT;
    CREATE INDEX consent_steps_of_patient ON consent_steps (patient_no, step_no);
    CREATE INDEX consent_steps_open ON consent_steps (step_no) WHERE status = 'open';

    -- Next policySeq of each patient.
    CREATE TABLE policy_counters (patient_no INTEGER PRIMARY KEY, next_seq INTEGER NOT NULL) STRICT;

    CREATE TABLE grants (
      grant_id     TEXT PRIMARY KEY,
      patient_no   INTEGER NOT NULL,
      authority_id TEXT NOT NULL,
      policy_seq   INTEGER NOT NULL,
      status       TEXT NOT NULL CHECK (status IN ('pending', 'active', 'refused', 'revoked')),
      -- GrantBody of packages/contracts, JSON
      body         TEXT NOT NULL,
      -- what its tags mean, JSON; NULL where the patient's app has sealed it
      meaning      TEXT,
      made_ms      INTEGER NOT NULL,
      revoked_ms   INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX grants_of_patient ON grants (patient_no, made_ms);

    -- As the ledger says.
    CREATE TABLE subscriptions (
      patient_no      INTEGER NOT NULL,
      subscription_id TEXT NOT NULL,
      authority_id    TEXT NOT NULL,
      status          TEXT NOT NULL,
      PRIMARY KEY (patient_no, subscription_id)
    ) STRICT, WITHOUT ROWID;
`;

/**
 * Makes the table of steps anew with every row. Part of released migrations: its text stays.
 * @param kind what the column `kind` is declared as
 */
const stepsRebuilt = (table: string, kind: string): string => `    CREATE TABLE ${table} (
      step_no      INTEGER PRIMARY KEY,
      patient_no   INTEGER NOT NULL,
      job          TEXT NOT NULL,
      place        INTEGER NOT NULL,
      kind         ${kind},
      channel      TEXT NOT NULL,
      statement    TEXT NOT NULL,
      status       TEXT NOT NULL CHECK (status IN ('open', 'done', 'refused')),
      code         TEXT,
      tx_id        TEXT,
      block_number INTEGER,
      made_ms      INTEGER NOT NULL,
      done_ms      INTEGER,
      UNIQUE (patient_no, job, channel)
    ) STRICT;
    INSERT INTO ${table} (step_no, patient_no, job, place, kind, channel, statement, status, code, tx_id,
      block_number, made_ms, done_ms)
    SELECT step_no, patient_no, job, place, kind, channel, statement, status, code, tx_id, block_number, made_ms, done_ms
    FROM consent_steps;
    DROP TABLE consent_steps;
    ALTER TABLE ${table} RENAME TO consent_steps;
    CREATE INDEX consent_steps_of_patient ON consent_steps (patient_no, step_no);
    CREATE INDEX consent_steps_open ON consent_steps (step_no) WHERE status = 'open';
`;

/**
 * Grants and statements are their patients' own: ids are chosen by who makes a statement, and may be alike.
 * Part of a released migration: its text stays.
 */
export const CONSENT_OWNERS = `
${stepsRebuilt('owned_steps', "TEXT NOT NULL CHECK (kind IN ('register', 'grant', 'revoke', 'reject'))")}
    CREATE TABLE owned_grants (
      patient_no   INTEGER NOT NULL,
      grant_id     TEXT NOT NULL,
      authority_id TEXT NOT NULL,
      policy_seq   INTEGER NOT NULL,
      status       TEXT NOT NULL CHECK (status IN ('pending', 'active', 'refused', 'revoked')),
      -- GrantBody of packages/contracts, JSON
      body         TEXT NOT NULL,
      -- what its tags mean, JSON; NULL where the patient's app has sealed it
      meaning      TEXT,
      made_ms      INTEGER NOT NULL,
      revoked_ms   INTEGER,
      PRIMARY KEY (patient_no, grant_id)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO owned_grants (patient_no, grant_id, authority_id, policy_seq, status, body, meaning, made_ms, revoked_ms)
    SELECT patient_no, grant_id, authority_id, policy_seq, status, body, meaning, made_ms, revoked_ms FROM grants;
    DROP TABLE grants;
    ALTER TABLE owned_grants RENAME TO grants;
    CREATE INDEX grants_of_patient ON grants (patient_no, made_ms);
  `;

/** Statements of any kind that there is: `StepKind` says which. Part of a released migration: its text stays. */
export const CONSENT_KINDS = `
${stepsRebuilt('steps_of_any_kind', 'TEXT NOT NULL')}  `;

/** Who decides for patients, and what they have signed. */
export const DELEGATIONS_TABLE = `
    ALTER TABLE consent_steps ADD COLUMN is_delegated INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX consent_steps_delegated ON consent_steps (patient_no, step_no) WHERE is_delegated = 1;
    CREATE TABLE delegations (
      patient_no    INTEGER NOT NULL,
      delegation_id TEXT NOT NULL,
      -- place among the patient's own decisions
      policy_seq    INTEGER NOT NULL,
      -- DelegationTerms of consent/delegation-store.ts, JSON
      terms         TEXT NOT NULL,
      status        TEXT NOT NULL CHECK (status IN ('pending', 'active', 'refused', 'ended')),
      next_seq      INTEGER NOT NULL,
      made_ms       INTEGER NOT NULL,
      ended_ms      INTEGER,
      PRIMARY KEY (patient_no, delegation_id)
    ) STRICT, WITHOUT ROWID;
`;

/** Part of a migration: its text stays. */
export const GRANTS_EPOCH = `
    -- In which epoch of the patient's policy \`policy_seq\` counts: after how many rotations of the consent key.
    ALTER TABLE grants ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
    UPDATE grants SET epoch = (
      SELECT count(DISTINCT rotation.job) FROM consent_steps AS rotation
      WHERE rotation.patient_no = grants.patient_no AND rotation.kind = 'rotate' AND rotation.status <> 'refused'
        AND rotation.step_no < (
          SELECT min(made.step_no) FROM consent_steps AS made
          WHERE made.patient_no = grants.patient_no
            AND made.job = coalesce(json_extract(grants.body, '$.path[0]'), grants.grant_id)));
`;

/** Standing policies that were set, and the order in which what a policy stands for goes to the channels. */
export const STANDING_POLICIES_TABLE = `
    -- The job that goes before on each channel; NULL where the order does not matter.
    ALTER TABLE consent_steps ADD COLUMN follows TEXT;
    CREATE INDEX consent_steps_following ON consent_steps (patient_no, follows) WHERE follows IS NOT NULL;
    CREATE TABLE standing_policies (
      policy_no  INTEGER PRIMARY KEY,
      patient_no INTEGER NOT NULL,
      name       TEXT NOT NULL,
      version    INTEGER NOT NULL,
      -- ids of its statements in their order, JSON
      statements TEXT NOT NULL,
      set_ms     INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX standing_policies_of_patient ON standing_policies (patient_no, policy_no);
`;

/** Delegates' own tokens. */
export const DELEGATE_TOKENS_TABLE = `
    -- Bearer tokens of role delegate: only their hashes, one a delegation.
    CREATE TABLE delegate_tokens (
      patient_no    INTEGER NOT NULL,
      delegation_id TEXT NOT NULL,
      sha256        TEXT NOT NULL UNIQUE,
      made_ms       INTEGER NOT NULL,
      PRIMARY KEY (patient_no, delegation_id)
    ) STRICT, WITHOUT ROWID;
`;

/** Recoveries of patients' consent keys, as the channels list them. */
export const RECOVERIES_TABLES = `
    CREATE TABLE recoveries (
      patient_no INTEGER NOT NULL,
      channel    TEXT NOT NULL,
      opened_by  TEXT NOT NULL,
      -- RecoveryState of packages/contracts, JSON
      recovery   TEXT NOT NULL,
      -- when this gateway heard of it as it is
      heard_ms   INTEGER NOT NULL,
      PRIMARY KEY (patient_no, channel, opened_by)
    ) STRICT, WITHOUT ROWID;
    -- Keys that took over; \`is_sealed\`: the patient's chain has it.
    CREATE TABLE takeovers (
      patient_no   INTEGER NOT NULL,
      new_key      TEXT NOT NULL,
      -- two organisations' words and the key's own, JSON
      statements   TEXT NOT NULL,
      took_over_ms INTEGER NOT NULL,
      heard_ms     INTEGER NOT NULL,
      is_sealed    INTEGER NOT NULL,
      PRIMARY KEY (patient_no, new_key)
    ) STRICT, WITHOUT ROWID;
`;

/** Part of a migration: its text stays. */
export const POLICY_NUMBERS_TABLE = `
    -- Next policySeq of each patient, by the epoch of the consent key that signs it: each counts from 1 on.
    CREATE TABLE policy_numbers (
      patient_no INTEGER NOT NULL,
      epoch      INTEGER NOT NULL,
      next_seq   INTEGER NOT NULL,
      PRIMARY KEY (patient_no, epoch)
    ) STRICT, WITHOUT ROWID;
    -- One counter counted for all keys: each of them goes on above it, a former one too, to which a refused rotation may lead back.
    INSERT INTO policy_numbers
      SELECT patient_no, 0, next_seq FROM policy_counters
      UNION SELECT patient_no, epoch, next_seq FROM policy_counters JOIN policy_epochs USING (patient_no);
    DROP TABLE policy_counters;
`;

/** Part of a migration: its text stays. */
export const POLICY_NEWS_TABLE = `
    -- Patients of whose policy a channel has something that this gateway has not sent: the ledgers are to be asked.
    CREATE TABLE policy_news (
      patient_no INTEGER PRIMARY KEY,
      -- how often it was heard: what comes while the ledgers are asked is asked for again
      times      INTEGER NOT NULL DEFAULT 1
    ) STRICT;
`;
