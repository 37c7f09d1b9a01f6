import type { Migration } from '@careledger/service-kit';

/** Never edit a released one: add the next. */
export const migrations: readonly Migration[] = [
  {
    name: 'policy mirror, notices, accesses, outbox, writes, visits, practitioners',
    sql: `
      -- what the ledger says, kept so that a direct emergency can be judged while the ledger is away
      CREATE TABLE patients (patient_id TEXT PRIMARY KEY, state TEXT NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE grants (
        patient_id TEXT NOT NULL,
        grant_id TEXT NOT NULL,
        state TEXT NOT NULL,
        -- block of the event that told of it; NULL until that event was read
        since_block INTEGER,
        PRIMARY KEY (patient_id, grant_id)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE subscriptions (
        subscription_id TEXT PRIMARY KEY,
        patient_id TEXT NOT NULL,
        state TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX subscriptions_patient ON subscriptions (patient_id);

      CREATE TABLE notices (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        -- what it is about, so that an event that comes twice is logged once
        source TEXT NOT NULL UNIQUE,
        type TEXT NOT NULL,
        patient_id TEXT NOT NULL,
        logged_at TEXT NOT NULL,
        data TEXT NOT NULL
      ) STRICT;
      CREATE TABLE held_announcements (
        place INTEGER PRIMARY KEY AUTOINCREMENT,
        block INTEGER NOT NULL,
        patient_id TEXT NOT NULL,
        source TEXT NOT NULL UNIQUE,
        state TEXT NOT NULL
      ) STRICT;
      CREATE INDEX held_announcements_patient ON held_announcements (patient_id, block);
      CREATE INDEX held_announcements_block ON held_announcements (block);
      CREATE TABLE emergencies (
        patient_id TEXT NOT NULL,
        sid TEXT NOT NULL,
        hash TEXT NOT NULL,
        record_id TEXT NOT NULL,
        version INTEGER NOT NULL,
        sealed TEXT NOT NULL,
        notice_id INTEGER NOT NULL REFERENCES notices (id),
        received_at TEXT NOT NULL,
        matched_at TEXT,
        PRIMARY KEY (patient_id, sid)
      ) STRICT;
      CREATE INDEX emergencies_record ON emergencies (patient_id, record_id, version);
      CREATE INDEX emergencies_notice ON emergencies (notice_id);
      CREATE INDEX emergencies_unmatched ON emergencies (received_at) WHERE matched_at IS NULL;

      CREATE TABLE accesses (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        request_sid TEXT NOT NULL UNIQUE,
        patient_id TEXT NOT NULL,
        record_id TEXT NOT NULL,
        version INTEGER,
        purpose TEXT NOT NULL,
        practitioner_id TEXT,
        unit TEXT,
        caller TEXT,
        provider_id TEXT NOT NULL,
        asked_at TEXT NOT NULL,
        -- NULL until the answer is known: then the ledger is to be asked
        decision TEXT,
        reason TEXT,
        tx_id TEXT,
        outcome TEXT
      ) STRICT;

      CREATE TABLE outbox (
        place INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        ref TEXT NOT NULL,
        subject TEXT NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        last_error TEXT,
        UNIQUE (kind, ref)
      ) STRICT;

      CREATE TABLE receipts (
        permit_tx_id TEXT PRIMARY KEY,
        provider_id TEXT NOT NULL,
        receipt TEXT NOT NULL,
        sent_at TEXT
      ) STRICT;

      CREATE TABLE writes (
        record_id TEXT NOT NULL,
        version INTEGER NOT NULL,
        patient_id TEXT NOT NULL,
        request_key TEXT NOT NULL UNIQUE,
        request_sha256 TEXT NOT NULL,
        -- sealed, stored, announced or refused
        stage TEXT NOT NULL,
        description TEXT NOT NULL,
        manifest TEXT NOT NULL,
        manifest_hash TEXT NOT NULL,
        wrap_set TEXT NOT NULL,
        -- dropped once announced: the provider has it
        ciphertext BLOB,
        provider_id TEXT NOT NULL,
        store_statement TEXT NOT NULL,
        store_tx_id TEXT,
        receipt TEXT,
        announce_statement TEXT,
        announce_tx_id TEXT,
        refusal TEXT,
        created_at TEXT NOT NULL,
        PRIMARY KEY (record_id, version)
      ) STRICT;

      CREATE TABLE visits (
        visit_id TEXT PRIMARY KEY,
        patient_id TEXT NOT NULL,
        at TEXT NOT NULL,
        request_key TEXT NOT NULL UNIQUE,
        request_sha256 TEXT NOT NULL,
        -- pending, recorded, related or refused
        stage TEXT NOT NULL,
        statement TEXT NOT NULL,
        checked_in INTEGER NOT NULL,
        -- {salt, data}, encrypted
        content BLOB NOT NULL,
        tx_id TEXT,
        related_tx_id TEXT,
        relayed_by TEXT,
        refusal TEXT,
        created_at TEXT NOT NULL
      ) STRICT;

      CREATE TABLE practitioners (
        practitioner_id TEXT PRIMARY KEY,
        role TEXT NOT NULL,
        unit TEXT,
        request_key TEXT NOT NULL UNIQUE,
        -- who it is, encrypted
        identity BLOB NOT NULL,
        -- registering, active, withdrawing, withdrawn or refused
        stage TEXT NOT NULL,
        statement TEXT NOT NULL,
        tx_ids TEXT NOT NULL,
        refusal TEXT,
        created_at TEXT NOT NULL
      ) STRICT;

      -- statements that are sent while their caller waits: the same request again sends the same bytes
      CREATE TABLE statements (
        request_key TEXT PRIMARY KEY,
        request_sha256 TEXT NOT NULL,
        statement TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;`,
  },
  {
    name: 'writes: the statements for providers that were tried before',
    sql: `ALTER TABLE writes ADD COLUMN former_stores TEXT NOT NULL DEFAULT '{}';`,
  },
];
