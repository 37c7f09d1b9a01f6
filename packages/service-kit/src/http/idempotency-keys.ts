import { ProblemError } from './problems.js';
import type { idempotencyProblems } from './shared-problems.js';
import type { Database } from '../sqlite/database.js';
import type { Migration } from '../sqlite/migrations.js';
import type { IdempotentRequest } from './idempotent-request.js';

/** How long a key stands for its request; afterwards it is as new. */
export const IDEMPOTENCY_KEY_TTL_MS = 24 * 60 * 60_000;
/** Keys of one token that may stand at a time; a further one is refused until the oldest has expired. */
const IDEMPOTENCY_KEYS_PER_TOKEN_MAX = 100_000;
/** Expired keys that one claim clears away: more than it adds, and little work. */
const CLEARED_PER_CLAIM_MAX = 64;

/** A service that uses IdempotencyKeys puts this at the end of its migrations. */
export const idempotencyKeysMigration: Migration = {
  name: 'idempotency keys: by token, route and key',
  sql: `
    CREATE TABLE idempotency_keys (
      token_sha256 TEXT NOT NULL,
      route TEXT NOT NULL,
      key TEXT NOT NULL,
      request_sha256 TEXT NOT NULL,
      -- names the result, in the service's own words
      reference TEXT NOT NULL,
      claimed_ms INTEGER NOT NULL,
      UNIQUE (token_sha256, route, key)
    ) STRICT;
    CREATE INDEX idempotency_keys_age ON idempotency_keys (claimed_ms);
    -- kept by the triggers: counting a token's keys at each claim would take as long as there are keys
    CREATE TABLE idempotency_key_counts (
      token_sha256 TEXT PRIMARY KEY,
      count INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TRIGGER idempotency_keys_added AFTER INSERT ON idempotency_keys BEGIN
      INSERT INTO idempotency_key_counts VALUES (new.token_sha256, 1)
        ON CONFLICT (token_sha256) DO UPDATE SET count = count + 1;
    END;
    CREATE TRIGGER idempotency_keys_removed AFTER DELETE ON idempotency_keys BEGIN
      UPDATE idempotency_key_counts SET count = count - 1 WHERE token_sha256 = old.token_sha256;
      DELETE FROM idempotency_key_counts WHERE token_sha256 = old.token_sha256 AND count = 0;
    END;
  `,
};

/** Goes after `idempotencyKeysMigration`, at the end of a service's migrations. */
export const idempotencyAnswersMigration: Migration = {
  name: 'idempotency keys: the answers that were given, sealed under the caller’s token',
  sql: 'ALTER TABLE idempotency_keys ADD COLUMN answer BLOB;',
};

/** Of a key that no effect was bound to: its answer says all. */
const NO_REFERENCE = '';

export type IdempotencyAnswer =
  | { readonly state: 'new' }
  /** The same request came before; `reference` names what became of it. */
  | { readonly state: 'same'; readonly reference: string };

export interface IdempotencyKeysOptions {
  /** With `idempotencyKeysMigration` and `idempotencyAnswersMigration` applied. */
  readonly database: Pick<Database, 'prepare' | 'deferred' | 'syncThen'>;
  /** Default Date.now. */
  readonly clock?: () => number;
  readonly ttlMs?: number;
  readonly maxPerToken?: number;
}

const SAME_KEY = 'token_sha256 = ? AND route = ? AND key = ?';

interface KeyRow {
  readonly requestSha256: string;
  readonly reference: string;
  readonly answer: Uint8Array | null;
}

/**
 * Which requests came before: by the token that sent them, their route and the key that the caller chose, with the digest
 * of the whole request. So one caller's key never shows or blocks another's result, and a key never stands for two
 * contents. `find` before the work, `claim` in the transaction that keeps its result, `keepAnswer` when it is answered.
 */
export class IdempotencyKeys {
  readonly #options: Required<IdempotencyKeysOptions>;

  constructor(options: IdempotencyKeysOptions) {
    this.#options = {
      clock: Date.now,
      ttlMs: IDEMPOTENCY_KEY_TTL_MS,
      maxPerToken: IDEMPOTENCY_KEYS_PER_TOKEN_MAX,
      ...options,
    };
  }

  /** Whether the request came before. @throws ProblemError IDEMPOTENCY_KEY_REUSED: with other content */
  find(request: IdempotentRequest): IdempotencyAnswer {
    const row = this.#rowOf(request);
    return row === undefined || row.reference === NO_REFERENCE
      ? { state: 'new' }
      : { state: 'same', reference: row.reference };
  }

  /** The sealed answer that the request got before, if it got one. @throws ProblemError IDEMPOTENCY_KEY_REUSED */
  answerOf(request: IdempotentRequest): Uint8Array | undefined {
    return this.#rowOf(request)?.answer ?? undefined;
  }

  /**
   * Binds the key to the request, unless that was done before: then nothing changes, and the answer names the earlier
   * result. Only within the transaction that keeps what `reference` names.
   * @throws ProblemError IDEMPOTENCY_KEY_REUSED; TOO_MANY_REQUESTS: too many keys of this token stand
   */
  claim(request: IdempotentRequest, reference: string): IdempotencyAnswer {
    const before = this.find(request);
    if (before.state === 'same') return before;
    this.#insert(request, reference, null);
    return { state: 'new' };
  }

  /**
   * Keeps the answer of a request; on disk when this resolves. An effect that was bound to the key stays bound.
   * @param answer sealed; null for one that is not kept: the key then stands for the request alone
   */
  async keepAnswer(request: IdempotentRequest, answer: Uint8Array | null): Promise<void> {
    const { database } = this.#options;
    database.deferred(() => {
      if (this.#rowOf(request) === undefined) this.#insert(request, NO_REFERENCE, answer);
      else
        database
          .prepare(`UPDATE idempotency_keys SET answer = ? WHERE ${SAME_KEY}`)
          .run(answer, ...placeOf(request));
    });
    await new Promise<void>((resolve, reject) =>
      database.syncThen((error) => (error ? reject(error) : resolve())),
    );
  }

  /** @throws ProblemError TOO_MANY_REQUESTS: a key that is not there yet would be one too many of this token */
  assertRoomFor(request: IdempotentRequest): void {
    const { maxPerToken } = this.#options;
    const { tokenSha256 } = request;
    if (this.#countOf(tokenSha256) < maxPerToken || this.#rowOf(request) !== undefined) return;
    this.#clear();
    if (this.#countOf(tokenSha256) >= maxPerToken)
      throw new ProblemError(
        'TOO_MANY_REQUESTS',
        `This token has ${maxPerToken} idempotency keys already: wait until some have expired`,
      );
  }

  /** The key is free again, e.g. because what it stood for was refused. Only within a transaction. */
  forget(request: Omit<IdempotentRequest, 'requestSha256'>): void {
    this.#options.database.prepare(`DELETE FROM idempotency_keys WHERE ${SAME_KEY}`).run(...placeOf(request));
  }

  #rowOf(request: IdempotentRequest): KeyRow | undefined {
    const row = this.#options.database
      .prepare(
        `SELECT request_sha256 AS requestSha256, reference, answer FROM idempotency_keys
         WHERE ${SAME_KEY} AND claimed_ms > ?`,
      )
      .get(...placeOf(request), this.#expiredMs()) as KeyRow | undefined;
    if (row !== undefined && row.requestSha256 !== request.requestSha256) throw reusedKey();
    return row;
  }

  /** @throws ProblemError TOO_MANY_REQUESTS */
  #insert(request: IdempotentRequest, reference: string, answer: Uint8Array | null): void {
    const { clock, database } = this.#options;
    // An expired row of this very key may still lie there.
    this.forget(request);
    this.#clear();
    this.assertRoomFor(request);
    database
      .prepare(
        `INSERT INTO idempotency_keys (token_sha256, route, key, request_sha256, reference, claimed_ms, answer)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(...placeOf(request), request.requestSha256, reference, clock(), answer);
  }

  #clear(): void {
    this.#options.database
      .prepare(
        `DELETE FROM idempotency_keys WHERE rowid IN
           (SELECT rowid FROM idempotency_keys WHERE claimed_ms <= ? ORDER BY claimed_ms LIMIT ?)`,
      )
      .run(this.#expiredMs(), CLEARED_PER_CLAIM_MAX);
  }

  #countOf(tokenSha256: string): number {
    const row = this.#options.database
      .prepare('SELECT count FROM idempotency_key_counts WHERE token_sha256 = ?')
      .get(tokenSha256) as { readonly count: number } | undefined;
    return row?.count ?? 0;
  }

  /** What was claimed then, or before, stands no more. */
  #expiredMs(): number {
    return this.#options.clock() - this.#options.ttlMs;
  }
}

/** One key, two requests. */
export const reusedKey = (): ProblemError<keyof typeof idempotencyProblems> =>
  new ProblemError('IDEMPOTENCY_KEY_REUSED', 'This token used the key for another request: choose a new key');

const placeOf = ({
  tokenSha256,
  route,
  key,
}: Omit<IdempotentRequest, 'requestSha256'>): [string, string, string] => [tokenSha256, route, key];
