import {
  idempotencyAnswersMigration,
  idempotencyKeysMigration,
  jobsMigration,
  type Migration,
} from '@careledger/service-kit';

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
  {
    name: 'direct notices carry the record itself, and are answered with a receipt',
    sql: `
      CREATE TABLE emergencies_2 (
        patient_id TEXT NOT NULL,
        sid TEXT NOT NULL,
        hash TEXT NOT NULL,
        record_id TEXT NOT NULL,
        version INTEGER NOT NULL,
        -- by the statement's own word
        issued_at TEXT NOT NULL,
        received_at TEXT NOT NULL,
        notice_id INTEGER NOT NULL REFERENCES notices (id),
        -- as they came, sealed; of notices of the former form, which carried a bundle of their own, NULL
        manifest TEXT,
        manifest_hash TEXT,
        wrap TEXT,
        ciphertext BLOB,
        tag_groups TEXT,
        -- of the former form alone
        sealed TEXT,
        -- what the gateway was answered with
        receipt TEXT,
        matched_at TEXT,
        -- why an announcement in this record's place is not this record
        mismatch TEXT,
        PRIMARY KEY (patient_id, sid),
        CHECK ((sealed IS NULL) <> (manifest IS NULL))
      ) STRICT;
      INSERT INTO emergencies_2 (patient_id, sid, hash, record_id, version, issued_at, received_at, notice_id, sealed,
          matched_at)
        SELECT patient_id, sid, hash, record_id, version, received_at, received_at, notice_id, sealed, matched_at
        FROM emergencies;
      DROP TABLE emergencies;
      ALTER TABLE emergencies_2 RENAME TO emergencies;
      CREATE INDEX emergencies_record ON emergencies (patient_id, record_id, version);
      CREATE INDEX emergencies_notice ON emergencies (notice_id);
      CREATE INDEX emergencies_unmatched ON emergencies (notice_id) WHERE matched_at IS NULL;

      -- who was shown one, until a provider has taken it to the ledger, and after
      CREATE TABLE notice_readings (
        sid TEXT PRIMARY KEY,
        patient_id TEXT NOT NULL,
        record_id TEXT NOT NULL,
        version INTEGER NOT NULL,
        statement TEXT NOT NULL,
        tx_id TEXT
      ) STRICT, WITHOUT ROWID;`,
  },
  {
    name: 'accesses: readings of direct notices and of own visits too',
    sql: `
      CREATE TABLE accesses_2 (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        -- request (through a provider), notice (a direct emergency) or visit (of this authority)
        basis TEXT NOT NULL,
        -- of the statement; of a visit's reading, which nobody else hears of, a number of its own
        request_sid TEXT NOT NULL UNIQUE,
        patient_id TEXT NOT NULL,
        record_id TEXT,
        version INTEGER,
        visit_id TEXT,
        purpose TEXT NOT NULL,
        practitioner_id TEXT,
        unit TEXT,
        caller TEXT,
        provider_id TEXT,
        asked_at TEXT NOT NULL,
        -- NULL until the answer is known: then the ledger is to be asked
        decision TEXT,
        reason TEXT,
        -- of a notice: peer or mirror
        decided_by TEXT,
        tx_id TEXT,
        outcome TEXT
      ) STRICT;
      INSERT INTO accesses_2 (id, basis, request_sid, patient_id, record_id, version, purpose, practitioner_id, unit,
          caller, provider_id, asked_at, decision, reason, tx_id, outcome)
        SELECT id, 'request', request_sid, patient_id, record_id, version, purpose, practitioner_id, unit,
          caller, provider_id, asked_at, decision, reason, tx_id, outcome
        FROM accesses;
      DROP TABLE accesses;
      ALTER TABLE accesses_2 RENAME TO accesses;`,
  },
  {
    name: 'mirror: which version of a patient’s policy it is of, and when the ledger last said so',
    sql: `
      CREATE TABLE policies (
        patient_id TEXT PRIMARY KEY,
        version INTEGER NOT NULL,
        heard_at TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      -- announcements of the former form have tags without groups: any of them was enough
      UPDATE held_announcements SET state = json_set(state, '$.tagGroups',
        CASE WHEN json_array_length(state, '$.scopeTags') > 0
          THEN json_array(json_extract(state, '$.scopeTags')) ELSE json('[]') END)
        WHERE json_extract(state, '$.tagGroups') IS NULL;`,
  },
  idempotencyKeysMigration,
  {
    name: 'requests are known by token, route and key; writes carry their wraps; open ones of the former form are refused',
    sql: `
      CREATE TABLE writes_2 (
        record_id TEXT NOT NULL,
        version INTEGER NOT NULL,
        patient_id TEXT NOT NULL,
        -- sealed, stored, announced or refused
        stage TEXT NOT NULL,
        description TEXT NOT NULL,
        manifest TEXT NOT NULL,
        manifest_hash TEXT NOT NULL,
        wrap_set TEXT NOT NULL,
        -- beside the set, in its order: a JSON array
        wraps TEXT NOT NULL,
        -- when those who may read it were let in; until then the wraps are the patient's and the own one
        shared_at TEXT,
        -- dropped once announced: the provider has it
        ciphertext BLOB,
        provider_id TEXT NOT NULL,
        store_statement TEXT NOT NULL,
        former_stores TEXT NOT NULL DEFAULT '{}',
        store_tx_id TEXT,
        receipt TEXT,
        announce_statement TEXT,
        announce_tx_id TEXT,
        refusal TEXT,
        created_at TEXT NOT NULL,
        PRIMARY KEY (record_id, version)
      ) STRICT;
      -- no ledger takes the statements of the former form any more; what was written stays here, sealed
      INSERT INTO writes_2 (record_id, version, patient_id, stage, description, manifest, manifest_hash, wrap_set,
          wraps, ciphertext, provider_id, store_statement, former_stores, store_tx_id, receipt, announce_statement,
          announce_tx_id, refusal, created_at)
        SELECT record_id, version, patient_id,
          CASE WHEN stage IN ('sealed', 'stored') THEN 'refused' ELSE stage END, description, manifest,
          manifest_hash, wrap_set, '[]', ciphertext, provider_id, store_statement, former_stores, store_tx_id,
          receipt, announce_statement, announce_tx_id,
          CASE WHEN stage IN ('sealed', 'stored') THEN 'FORMAT_RETIRED' ELSE refusal END, created_at
        FROM writes;
      DROP TABLE writes;
      ALTER TABLE writes_2 RENAME TO writes;
      DELETE FROM outbox WHERE kind = 'record';

      CREATE TABLE visits_2 (
        visit_id TEXT PRIMARY KEY,
        patient_id TEXT NOT NULL,
        at TEXT NOT NULL,
        -- pending, recorded, related or refused
        stage TEXT NOT NULL,
        statement TEXT NOT NULL,
        -- whether the ledger took the patient's check-in code for it
        confirmed INTEGER NOT NULL,
        -- {salt, data}, encrypted
        content BLOB NOT NULL,
        tx_id TEXT,
        related_tx_id TEXT,
        relayed_by TEXT,
        refusal TEXT,
        created_at TEXT NOT NULL
      ) STRICT;
      INSERT INTO visits_2 SELECT visit_id, patient_id, at, stage, statement, checked_in AND tx_id IS NOT NULL, content,
        tx_id, related_tx_id, relayed_by, refusal, created_at FROM visits;
      DROP TABLE visits;
      ALTER TABLE visits_2 RENAME TO visits;

      CREATE TABLE practitioners_2 (
        practitioner_id TEXT PRIMARY KEY,
        role TEXT NOT NULL,
        unit TEXT,
        -- who it is, encrypted
        identity BLOB NOT NULL,
        -- registering, active, withdrawing, withdrawn or refused
        stage TEXT NOT NULL,
        statement TEXT NOT NULL,
        tx_ids TEXT NOT NULL,
        refusal TEXT,
        created_at TEXT NOT NULL
      ) STRICT;
      INSERT INTO practitioners_2 SELECT practitioner_id, role, unit, identity, stage, statement, tx_ids, refusal,
        created_at FROM practitioners;
      DROP TABLE practitioners;
      ALTER TABLE practitioners_2 RENAME TO practitioners;
      CREATE INDEX practitioners_created ON practitioners (created_at, practitioner_id);

      -- statements that are sent while their caller waits: an uncertain answer is followed by the same bytes
      DROP TABLE statements;
      CREATE TABLE statements (
        sid TEXT PRIMARY KEY,
        statement TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;`,
  },
  idempotencyAnswersMigration,
  {
    name: 'notices: who acknowledged them',
    sql: `
      -- one for each direct notice; kept, since its gateway may ask again
      CREATE TABLE acknowledgements (
        patient_id TEXT NOT NULL,
        sid TEXT NOT NULL,
        statement TEXT NOT NULL,
        practitioner_id TEXT NOT NULL,
        acknowledged_at TEXT NOT NULL,
        PRIMARY KEY (patient_id, sid)
      ) STRICT, WITHOUT ROWID;`,
  },
  {
    name: 'outbox: where in a trace a task was added',
    sql: `
      -- as the header traceparent writes it; null where nothing was traced
      ALTER TABLE outbox ADD COLUMN trace TEXT;`,
  },
  jobsMigration,
  {
    name: 'subscriptions: what is asked of patients is durable work',
    sql: `
      CREATE TABLE subscription_changes (
        subscription_id TEXT NOT NULL,
        -- request or cancellation
        kind TEXT NOT NULL,
        patient_id TEXT NOT NULL,
        -- waiting, signed, committed or refused
        stage TEXT NOT NULL,
        -- what is asked, encrypted; null once it is signed
        wanted BLOB,
        statement TEXT,
        tx_id TEXT,
        refusal TEXT,
        created_at TEXT NOT NULL,
        PRIMARY KEY (subscription_id, kind)
      ) STRICT, WITHOUT ROWID;
      -- their callers waited for them, so that nothing of them is under way
      DROP TABLE statements;`,
  },
  {
    // One transaction permits many requests.
    name: 'receipts by request; those of one transaction and provider are sent together',
    sql: `
      CREATE TABLE receipts_2 (
        request_sid TEXT PRIMARY KEY,
        permit_tx_id TEXT NOT NULL,
        provider_id TEXT NOT NULL,
        receipt TEXT NOT NULL,
        sent_at TEXT
      ) STRICT;
      INSERT INTO receipts_2
        SELECT coalesce((SELECT request_sid FROM accesses WHERE tx_id = permit_tx_id LIMIT 1), permit_tx_id),
          permit_tx_id, provider_id, receipt, sent_at
        FROM receipts;
      UPDATE outbox SET
        ref = ref || ' ' || (SELECT provider_id FROM receipts WHERE permit_tx_id = ref),
        subject = ref || ' ' || (SELECT provider_id FROM receipts WHERE permit_tx_id = ref)
        WHERE kind = 'receipt' AND ref IN (SELECT permit_tx_id FROM receipts);
      DROP TABLE receipts;
      ALTER TABLE receipts_2 RENAME TO receipts;
      CREATE INDEX receipts_of_permit ON receipts (permit_tx_id, provider_id, sent_at);`,
  },
  {
    // They lapse without a transaction: whoever tells of it looks for them again and again.
    name: 'subscriptions that wait for an answer are found',
    sql: `
      CREATE INDEX subscriptions_pending ON subscriptions (subscription_id) WHERE state ->> '$.status' = 'pending';`,
  },
  {
    name: 'practitioners: found by who they are, for people who sign in',
    sql: `
      -- keyed hash of the identifier; null for those of a former release, which are opened to be compared
      ALTER TABLE practitioners ADD COLUMN identifier_mac BLOB;
      CREATE INDEX practitioners_by_identifier ON practitioners (identifier_mac);`,
  },
  {
    name: 'copies of records that patients let this authority keep',
    sql: `
      -- the data key of each patient, sealed under the store's key; a row is overwritten before it goes
      CREATE TABLE copy_keys (
        -- keyed hash of the patient's id, as in what follows
        patient BLOB PRIMARY KEY,
        sealed BLOB NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE copied_records (
        copy_id INTEGER PRIMARY KEY,
        -- keyed hash of its id
        record BLOB NOT NULL UNIQUE,
        patient BLOB NOT NULL,
        -- what the ledger has of the version, under the patient's key
        terms BLOB NOT NULL
      ) STRICT;
      CREATE INDEX copied_records_of_patient ON copied_records (patient);
      CREATE TABLE copied_resources (
        resource_id INTEGER PRIMARY KEY,
        copy_id INTEGER NOT NULL REFERENCES copied_records ON DELETE CASCADE,
        patient BLOB NOT NULL,
        -- keyed hash
        type BLOB NOT NULL,
        -- of which time it tells: the only thing that lies open
        from_ms INTEGER NOT NULL,
        to_ms INTEGER NOT NULL,
        -- under the patient's key
        content BLOB NOT NULL
      ) STRICT;
      CREATE INDEX copied_resources_by_time ON copied_resources (patient, type, from_ms, resource_id);
      CREATE INDEX copied_resources_of_record ON copied_resources (copy_id);
      CREATE TABLE copied_terms (
        resource_id INTEGER NOT NULL REFERENCES copied_resources ON DELETE CASCADE,
        -- keyed hash of a code or category
        term BLOB NOT NULL,
        PRIMARY KEY (resource_id, term)
      ) STRICT, WITHOUT ROWID;
      -- announced versions that are to be copied
      CREATE TABLE copy_intake (
        place INTEGER PRIMARY KEY AUTOINCREMENT,
        patient_id TEXT NOT NULL,
        record_id TEXT NOT NULL,
        version INTEGER NOT NULL,
        -- as it was announced
        state TEXT NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        due_ms INTEGER NOT NULL,
        UNIQUE (record_id, version)
      ) STRICT;`,
  },
  {
    name: 'copies: found by what they refer to',
    sql: `
      -- a term is a keyed hash of a status, an entry's name or a reference as well
      CREATE INDEX copied_terms_by_term ON copied_terms (term);`,
  },
  {
    name: 'copies of what was announced before its grant',
    sql: `
      -- whether it was announced before the grant: what is announced now goes first
      ALTER TABLE copy_intake ADD COLUMN former INTEGER NOT NULL DEFAULT 0;
      CREATE INDEX copy_intake_of_patient ON copy_intake (patient_id, former);
      CREATE INDEX grants_of_copy ON grants (patient_id) WHERE state ->> '$.copy' IS NOT NULL;
      -- how far what was announced before is looked through, by patient
      CREATE TABLE copy_backlogs (
        patient_id TEXT PRIMARY KEY,
        -- ids of the grants that let a copy be kept, and of the denials, in force when it was begun: JSON arrays
        grants TEXT NOT NULL,
        denials TEXT NOT NULL,
        -- what begins then or later is looked through; NULL: nothing
        before_ms INTEGER,
        -- how much time is looked through next
        span_ms INTEGER NOT NULL,
        done INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;`,
  },
  {
    name: 'that copies are destroyed is attested',
    sql: `
      -- of each grant that let a copy be kept and has ended
      CREATE TABLE copy_ends (
        patient_id TEXT NOT NULL,
        grant_id TEXT NOT NULL,
        statement TEXT NOT NULL,
        -- null until the ledger has it
        tx_id TEXT,
        PRIMARY KEY (patient_id, grant_id)
      ) STRICT, WITHOUT ROWID;`,
  },
  {
    name: 'days of the log of who read copies are anchored',
    sql: `
      CREATE INDEX accesses_of_copies ON accesses (asked_at) WHERE basis = 'copy';
      CREATE TABLE reading_days (
        -- UTC
        day TEXT PRIMARY KEY,
        statement TEXT NOT NULL,
        -- null until the ledger has it
        tx_id TEXT,
        refusal TEXT
      ) STRICT, WITHOUT ROWID;`,
  },
  {
    name: 'copies: found in the order of time by what they are',
    sql: `
      -- of which patient and which type: the first 8 bytes of each keyed hash
      ALTER TABLE copied_terms ADD COLUMN place BLOB NOT NULL DEFAULT x'';
      -- as the resource has it
      ALTER TABLE copied_terms ADD COLUMN from_ms INTEGER NOT NULL DEFAULT 0;
      UPDATE copied_terms SET
        place = CAST(substr(found.patient, 1, 8) || substr(found.type, 1, 8) AS BLOB), from_ms = found.from_ms
      FROM copied_resources AS found WHERE found.resource_id = copied_terms.resource_id;
      DROP INDEX copied_terms_by_term;
      CREATE INDEX copied_terms_by_time ON copied_terms (term, place, from_ms);
      -- of those alone that tell of more than 31 days
      CREATE INDEX copied_resources_long ON copied_resources (patient, type, from_ms)
        WHERE to_ms - from_ms > 2678400000;`,
  },
  {
    name: 'patients: the numbers by which this organisation knows them',
    sql: `
      CREATE TABLE patient_numbers (
        -- keyed hash of its system and value
        number BLOB PRIMARY KEY,
        -- keyed hash of its value alone
        value BLOB NOT NULL,
        -- keyed hash of the patient's id
        patient BLOB NOT NULL,
        -- in the patient's list, from 0
        place INTEGER NOT NULL,
        -- whose, and which, under the store's key
        sealed BLOB NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX patient_numbers_by_value ON patient_numbers (value);
      CREATE INDEX patient_numbers_of_patient ON patient_numbers (patient, place);`,
  },
];
