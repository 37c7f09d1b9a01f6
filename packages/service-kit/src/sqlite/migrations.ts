import { hash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { DatabaseError } from './error.js';

/** One step of a schema. Never edit one that has been released: add the next. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}

interface AppliedRow {
  version: number;
  name: string;
  sha256: string;
}

/**
 * Brings the schema up to the last of `migrations` (numbered from 1 in their order), each in a
 * transaction of its own. Refuses a store that a newer release wrote and one whose applied
 * migrations are not these.
 * @throws DatabaseError DATABASE_NEWER, MIGRATION_CHANGED, MIGRATION_FAILED
 */
export function migrate(db: DatabaseSync, migrations: readonly Migration[]): void {
  db.exec(
    `CREATE TABLE IF NOT EXISTS schema_migrations (
       version INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, applied_at TEXT NOT NULL) STRICT`,
  );
  const applied = db
    .prepare('SELECT version, name, sha256 FROM schema_migrations ORDER BY version')
    .all() as unknown as AppliedRow[];
  if (applied.length > migrations.length) {
    throw new DatabaseError(
      'DATABASE_NEWER',
      `The store has schema version ${applied.length}, this release knows ${migrations.length}: run the newer release`,
    );
  }
  for (const [index, { name, sql }] of migrations.entries()) {
    const version = index + 1;
    const sha256 = hash('sha256', sql);
    const before = applied[index];
    if (!before) {
      apply(db, { version, name, sql, sha256 });
    } else if (before.version !== version || before.sha256 !== sha256) {
      throw new DatabaseError(
        'MIGRATION_CHANGED',
        `Migration ${version} (${name}) is not the one this store was made with (${before.name}): restore its text`,
      );
    }
  }
}

function apply(db: DatabaseSync, { version, name, sql, sha256 }: AppliedRow & Migration): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    db.exec(sql);
    db.prepare('INSERT INTO schema_migrations VALUES (?, ?, ?, ?)').run(
      version,
      name,
      sha256,
      new Date().toISOString(),
    );
    db.exec('COMMIT');
  } catch (cause) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw new DatabaseError(
      'MIGRATION_FAILED',
      `Migration ${version} (${name}) failed; nothing of it was kept`,
      {
        cause,
      },
    );
  }
}
