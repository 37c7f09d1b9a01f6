import type { Migration } from '@careledger/service-kit';

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
];
