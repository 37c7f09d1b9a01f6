import type { Migration } from '@careledger/service-kit/sqlite';

/** The steps of the store's schema. Never edit one that has been released: add the next. */
export const migrations: readonly Migration[] = [
  {
    name: 'people, clients, keys, and what the provider remembers',
    sql: `
      CREATE TABLE users (
        username TEXT PRIMARY KEY,
        -- what tokens name in sub; never used again
        subject TEXT NOT NULL UNIQUE,
        password_hash TEXT NOT NULL,
        -- name, role, person, profession, unit
        profile TEXT NOT NULL,
        active INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE clients (
        client_id TEXT PRIMARY KEY,
        -- as it was registered
        metadata TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE signing_keys (
        -- the newest signs
        place INTEGER PRIMARY KEY AUTOINCREMENT,
        kid TEXT NOT NULL UNIQUE,
        -- private key, encrypted
        jwk BLOB NOT NULL
      ) STRICT;
      CREATE TABLE artifacts (
        -- session, code, token, grant, by SHA-256 of their ids
        model TEXT NOT NULL,
        id_sha256 TEXT NOT NULL,
        grant_sha256 TEXT,
        uid_sha256 TEXT,
        -- encrypted
        payload BLOB NOT NULL,
        consumed_s INTEGER,
        expires_s INTEGER,
        PRIMARY KEY (model, id_sha256)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX artifacts_of_grant ON artifacts (grant_sha256);
      CREATE INDEX artifacts_by_uid ON artifacts (model, uid_sha256);
      CREATE INDEX artifacts_by_end ON artifacts (expires_s);
      CREATE TABLE launches (
        -- SHA-256 of what a launch names
        id_sha256 TEXT PRIMARY KEY,
        patient_id TEXT NOT NULL,
        expires_s INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE contexts (
        -- whom the tokens of a grant are about
        grant_sha256 TEXT PRIMARY KEY,
        patient_id TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;`,
  },
  {
    name: 'whom tokens are about is forgotten with the grant',
    sql: `
      CREATE TRIGGER contexts_end AFTER DELETE ON artifacts WHEN old.model = 'Grant' BEGIN
        DELETE FROM contexts WHERE grant_sha256 = old.id_sha256;
      END;
      DELETE FROM contexts WHERE grant_sha256 NOT IN (SELECT id_sha256 FROM artifacts WHERE model = 'Grant');`,
  },
  {
    name: 'sign-in by way of another provider',
    sql: `
      CREATE TABLE upstream_sign_ins (
        -- SHA-256 of state
        state_sha256 TEXT PRIMARY KEY,
        -- interaction, nonce and PKCE verifier, encrypted
        pending BLOB NOT NULL,
        expires_s INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;`,
  },
];
