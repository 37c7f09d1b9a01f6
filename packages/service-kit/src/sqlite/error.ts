/** Result codes of https://sqlite.org/rescode.html that callers decide on. */
const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const SQLITE_CONSTRAINT_PRIMARYKEY = 1555;
const SQLITE_CONSTRAINT_UNIQUE = 2067;
/** Extended codes carry their primary code in the low byte. */
const PRIMARY_CODE_MASK = 0xff;

export type DatabaseErrorCode =
  | 'DATABASE_UNUSABLE'
  | 'DATABASE_IN_USE'
  | 'DATABASE_NEWER'
  | 'DATABASE_CORRUPT'
  | 'MIGRATION_CHANGED'
  | 'MIGRATION_FAILED';

/** A store that must not be used as it is. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  constructor(
    readonly code: DatabaseErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

// By code, never by instanceof: under jest's module realm SQLite's errors are no `Error` of ours.
function resultCode(error: unknown): number | undefined {
  const { code, errcode } = (error ?? {}) as { code?: unknown; errcode?: unknown };
  return code === 'ERR_SQLITE_ERROR' && typeof errcode === 'number' ? errcode : undefined;
}

/** A row with this key is already there. */
export function isUniqueViolation(error: unknown): boolean {
  const code = resultCode(error);
  return code === SQLITE_CONSTRAINT_UNIQUE || code === SQLITE_CONSTRAINT_PRIMARYKEY;
}

/** Another connection holds the lock: the same again later. */
export function isBusy(error: unknown): boolean {
  const primary = (resultCode(error) ?? 0) & PRIMARY_CODE_MASK;
  return primary === SQLITE_BUSY || primary === SQLITE_LOCKED;
}
