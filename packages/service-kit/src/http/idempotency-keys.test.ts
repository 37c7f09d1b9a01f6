import { hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { openDatabase, type Database } from '../sqlite/database.js';
import {
  IDEMPOTENCY_KEY_TTL_MS,
  IdempotencyKeys,
  idempotencyAnswersMigration,
  idempotencyKeysMigration,
  type IdempotencyKeysOptions,
} from './idempotency-keys.js';
import { requestSha256, type IdempotentRequest } from './idempotent-request.js';

const ONE = hash('sha256', 'one');
const OTHER = hash('sha256', 'other');
const ROUTE = 'POST /v1/records';
const digestOf = (method: string, url: string, body: unknown): string =>
  requestSha256('one', { method, url, body });
const asked = (tokenSha256: string, key: string, body: unknown = { n: 1 }): IdempotentRequest => ({
  tokenSha256,
  route: ROUTE,
  key,
  requestSha256: digestOf('POST', '/v1/records', body),
});

const stack: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of stack.splice(0).reverse()) await end();
});

function newKeys(options: Partial<IdempotencyKeysOptions> = {}, path = ':memory:') {
  const database = openDatabase({
    path,
    migrations: [idempotencyKeysMigration, idempotencyAnswersMigration],
  });
  stack.push(() => database.close());
  const keys = new IdempotencyKeys({ database, ...options });
  const claim = (request: IdempotentRequest, reference: string) =>
    database.transaction(() => keys.claim(request, reference));
  return { database, keys, claim };
}

const countsOf = (database: Database) =>
  database
    .prepare('SELECT token_sha256 AS token, count FROM idempotency_key_counts ORDER BY count')
    .all()
    .map((row) => [row['token'], row['count']]);

const reused = expect.objectContaining({ code: 'IDEMPOTENCY_KEY_REUSED' });

describe('idempotency keys', () => {
  test('the same request again is told what became of the first, also after a restart', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'careledger-keys-')), 'store.db');
    stack.push(() => rmSync(join(path, '..'), { recursive: true }));
    const { database, keys, claim } = newKeys({}, path);
    expect(keys.find(asked(ONE, 'k'))).toEqual({ state: 'new' });
    expect(claim(asked(ONE, 'k'), 'rec_1')).toEqual({ state: 'new' });
    expect(claim(asked(ONE, 'k'), 'rec_2')).toEqual({ state: 'same', reference: 'rec_1' });
    database.close();
    const again = newKeys({}, path);
    expect(again.keys.find(asked(ONE, 'k'))).toEqual({ state: 'same', reference: 'rec_1' });
  });

  test('two tokens with one key do not see each other’s result', () => {
    const { keys, claim } = newKeys();
    claim(asked(ONE, 'k'), 'rec_1');
    expect(keys.find(asked(OTHER, 'k'))).toEqual({ state: 'new' });
    expect(claim(asked(OTHER, 'k', { n: 2 }), 'rec_2')).toEqual({ state: 'new' });
    expect(keys.find(asked(ONE, 'k'))).toEqual({ state: 'same', reference: 'rec_1' });
  });

  test('a key of one route says nothing about another', () => {
    const { keys, claim } = newKeys();
    claim(asked(ONE, 'k'), 'rec_1');
    expect(keys.find({ ...asked(ONE, 'k'), route: 'POST /v1/visits' })).toEqual({ state: 'new' });
  });

  test('another body, path, query or method under the same key is refused, and the refusal names no result', () => {
    const { keys, claim } = newKeys();
    claim(asked(ONE, 'k'), 'rec_1');
    const others = [
      digestOf('POST', '/v1/records', { n: 2 }),
      digestOf('POST', '/v1/records', undefined),
      digestOf('POST', '/v1/records?purpose=TREAT', { n: 1 }),
      digestOf('PUT', '/v1/records', { n: 1 }),
    ];
    for (const other of others) {
      const request = { ...asked(ONE, 'k'), requestSha256: other };
      expect(() => keys.find(request)).toThrow(reused);
      expect(() => claim(request, 'rec_2')).toThrow(reused);
      expect(() => keys.find(request)).toThrow(/^(?!.*rec_1)/);
    }
    // The order of members is no content.
    expect(digestOf('POST', '/x', { a: 1, b: 2 })).toBe(digestOf('POST', '/x', { b: 2, a: 1 }));
  });

  test('a transaction that fails leaves no key behind', () => {
    const { database, keys } = newKeys();
    expect(() =>
      database.transaction(() => {
        keys.claim(asked(ONE, 'k'), 'rec_1');
        throw new Error('no disk');
      }),
    ).toThrow('no disk');
    expect([keys.find(asked(ONE, 'k')), countsOf(database)]).toEqual([{ state: 'new' }, []]);
  });

  test('a key expires, and is then as new', () => {
    let nowMs = 1_000_000;
    const { database, keys, claim } = newKeys({ clock: () => nowMs });
    claim(asked(ONE, 'k'), 'rec_1');
    nowMs += IDEMPOTENCY_KEY_TTL_MS - 1;
    expect(keys.find(asked(ONE, 'k'))).toEqual({ state: 'same', reference: 'rec_1' });
    nowMs += 1;
    expect(keys.find(asked(ONE, 'k', { n: 2 }))).toEqual({ state: 'new' });
    expect(claim(asked(ONE, 'k', { n: 2 }), 'rec_2')).toEqual({ state: 'new' });
    expect(countsOf(database)).toEqual([[ONE, 1]]);
  });

  test('one token cannot fill the store: it is refused at its bound, others are served, and room comes back', () => {
    let nowMs = 0;
    const { database, claim } = newKeys({ clock: () => nowMs, maxPerToken: 3 });
    for (const key of ['a', 'b', 'c']) claim(asked(ONE, key), key);
    expect(() => claim(asked(ONE, 'd'), 'd')).toThrow(expect.objectContaining({ code: 'TOO_MANY_REQUESTS' }));
    expect(claim(asked(ONE, 'a'), 'x')).toEqual({ state: 'same', reference: 'a' });
    expect(claim(asked(OTHER, 'd'), 'd')).toEqual({ state: 'new' });
    expect(countsOf(database)).toEqual([
      [OTHER, 1],
      [ONE, 3],
    ]);
    nowMs += IDEMPOTENCY_KEY_TTL_MS;
    expect(claim(asked(ONE, 'd'), 'd')).toEqual({ state: 'new' });
    expect(countsOf(database)).toEqual([[ONE, 1]]);
  });

  test('a kept answer is found again, and neither makes a result nor takes one away', async () => {
    const { database, keys, claim } = newKeys();
    await keys.keepAnswer(asked(ONE, 'k'), Uint8Array.of(1));
    expect(keys.answerOf(asked(ONE, 'k'))).toEqual(Uint8Array.of(1));
    expect(keys.answerOf(asked(OTHER, 'k'))).toBeUndefined();
    expect(keys.find(asked(ONE, 'k'))).toEqual({ state: 'new' });
    expect(() => keys.answerOf(asked(ONE, 'k', { n: 2 }))).toThrow(reused);
    claim(asked(ONE, 'bound'), 'rec_1');
    await keys.keepAnswer(asked(ONE, 'bound'), Uint8Array.of(2));
    expect(keys.find(asked(ONE, 'bound'))).toEqual({ state: 'same', reference: 'rec_1' });
    expect(keys.answerOf(asked(ONE, 'bound'))).toEqual(Uint8Array.of(2));
    expect(countsOf(database)).toEqual([[ONE, 2]]);
  });

  test('a key whose request was refused can be used again', () => {
    const { database, keys, claim } = newKeys();
    claim(asked(ONE, 'k'), 'rec_1');
    database.transaction(() => keys.forget(asked(ONE, 'k')));
    expect(claim(asked(ONE, 'k', { n: 2 }), 'rec_2')).toEqual({ state: 'new' });
  });
});
