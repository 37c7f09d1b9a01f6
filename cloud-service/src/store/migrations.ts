import {
  idempotencyAnswersMigration,
  idempotencyKeysMigration,
  type Migration,
} from '@careledger/service-kit';

/** Name of the store in `dataDir`. */
export const STORE_FILE = 'provider.db';

export const migrations: readonly Migration[] = [
  {
    name: 'versions, permits used, receipts of recipients',
    sql: `
      CREATE TABLE versions (
        record_id TEXT NOT NULL,
        version INTEGER NOT NULL,
        patient_id TEXT NOT NULL,
        statement TEXT NOT NULL,
        manifest TEXT NOT NULL,
        wrap_set TEXT NOT NULL,
        wrap_seq INTEGER NOT NULL,
        ciphertext_sha256 TEXT NOT NULL,
        -- NULL until the transaction is VALID
        tx_id TEXT,
        block_number INTEGER,
        receipt TEXT,
        PRIMARY KEY (record_id, version)
      ) STRICT;
      CREATE INDEX versions_pending ON versions (record_id) WHERE receipt IS NULL;
      CREATE TABLE releases (
        request_sid TEXT PRIMARY KEY,
        permit_tx_id TEXT NOT NULL UNIQUE,
        record_id TEXT NOT NULL,
        version INTEGER NOT NULL,
        requester TEXT NOT NULL,
        released_at TEXT NOT NULL
      ) STRICT;
      CREATE TABLE recipient_receipts (
        permit_tx_id TEXT PRIMARY KEY REFERENCES releases (permit_tx_id),
        receipt TEXT NOT NULL,
        received_at TEXT NOT NULL
      ) STRICT;`,
  },
  {
    // Versions that the ledger has stay with their receipts. Those with `wraps` NULL have a set of the first form, with
    // the wraps in it, and a manifest that nobody reads any more: kept, never released (WRAPS_OUTDATED).
    // What was on its way then is dropped when the service starts, blobs and all: the ledger refuses those statements.
    name: 'pending versions by statement, wraps beside their sets, permits met',
    sql: `
      CREATE TABLE outdated_pending (
        record_id TEXT NOT NULL,
        version INTEGER NOT NULL,
        ciphertext_sha256 TEXT NOT NULL
      ) STRICT;
      INSERT INTO outdated_pending SELECT record_id, version, ciphertext_sha256 FROM versions WHERE receipt IS NULL;
      DELETE FROM versions WHERE receipt IS NULL;
      DROP INDEX versions_pending;
      ALTER TABLE versions ADD COLUMN wraps TEXT;
      ALTER TABLE versions ADD COLUMN acceptance TEXT;
      CREATE INDEX versions_blob ON versions (ciphertext_sha256);
      CREATE TABLE pending (
        statement_hash TEXT PRIMARY KEY,
        record_id TEXT NOT NULL,
        version INTEGER NOT NULL,
        patient_id TEXT NOT NULL,
        issuer TEXT NOT NULL,
        msp_id TEXT NOT NULL,
        statement TEXT NOT NULL,
        manifest TEXT NOT NULL,
        wrap_set TEXT NOT NULL,
        wraps TEXT NOT NULL,
        accepted_at TEXT NOT NULL,
        ciphertext_sha256 TEXT NOT NULL,
        size_bytes INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX pending_blob ON pending (ciphertext_sha256);
      CREATE INDEX pending_organisation ON pending (msp_id, size_bytes);
      CREATE TABLE permits (
        permit_tx_id TEXT PRIMARY KEY,
        request_sid TEXT NOT NULL,
        patient_id TEXT NOT NULL,
        record_id TEXT NOT NULL,
        version INTEGER NOT NULL,
        requester TEXT NOT NULL,
        through_provider_id TEXT NOT NULL,
        block_number TEXT NOT NULL,
        -- when this provider's peer got it at the earliest; NULL for one that was met later
        arrived_at TEXT
      ) STRICT;`,
  },
  idempotencyKeysMigration,
  idempotencyAnswersMigration,
  {
    // One transaction may permit many requests, and two requesters may use one request id.
    name: 'permits, releases and receipts by transaction, requester and request',
    sql: `
      CREATE TABLE releases_each (
        permit_tx_id TEXT NOT NULL,
        requester TEXT NOT NULL,
        request_sid TEXT NOT NULL,
        record_id TEXT NOT NULL,
        version INTEGER NOT NULL,
        released_at TEXT NOT NULL,
        PRIMARY KEY (permit_tx_id, requester, request_sid)
      ) STRICT;
      INSERT INTO releases_each SELECT permit_tx_id, requester, request_sid, record_id, version, released_at FROM releases;
      CREATE TABLE recipient_receipts_each (
        permit_tx_id TEXT NOT NULL,
        requester TEXT NOT NULL,
        request_sid TEXT NOT NULL,
        receipt TEXT NOT NULL,
        received_at TEXT NOT NULL,
        PRIMARY KEY (permit_tx_id, requester, request_sid)
      ) STRICT;
      INSERT INTO recipient_receipts_each
        SELECT permit_tx_id, requester, request_sid, receipt, received_at
        FROM recipient_receipts JOIN releases USING (permit_tx_id);
      CREATE TABLE permits_each (
        permit_tx_id TEXT NOT NULL,
        requester TEXT NOT NULL,
        request_sid TEXT NOT NULL,
        patient_id TEXT NOT NULL,
        record_id TEXT NOT NULL,
        version INTEGER NOT NULL,
        through_provider_id TEXT NOT NULL,
        block_number TEXT NOT NULL,
        -- when this provider's peer got it at the earliest; NULL for one that was met later
        arrived_at TEXT,
        PRIMARY KEY (permit_tx_id, requester, request_sid)
      ) STRICT;
      INSERT INTO permits_each SELECT permit_tx_id, requester, request_sid, patient_id, record_id, version,
        through_provider_id, block_number, arrived_at FROM permits;
      DROP TABLE recipient_receipts;
      DROP TABLE releases;
      DROP TABLE permits;
      ALTER TABLE releases_each RENAME TO releases;
      ALTER TABLE recipient_receipts_each RENAME TO recipient_receipts;
      ALTER TABLE permits_each RENAME TO permits;
      CREATE INDEX releases_by_time ON releases (released_at, request_sid, requester);`,
  },
  {
    // Each patient whose records are held here is looked at once: what was revoked before is attested too.
    name: 'patients of whose wraps the ledger has to be told',
    sql: `
      CREATE TABLE wrap_duties (
        patient_id TEXT PRIMARY KEY,
        -- counts what made it due: what comes while one is carried out makes it due again
        generation INTEGER NOT NULL DEFAULT 1,
        is_due INTEGER NOT NULL DEFAULT 1
      ) STRICT;
      INSERT INTO wrap_duties (patient_id) SELECT DISTINCT patient_id FROM versions;
      CREATE INDEX wrap_duties_due ON wrap_duties (patient_id) WHERE is_due = 1;
      CREATE INDEX versions_patient ON versions (patient_id, record_id, version);`,
  },
];
