import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SqliteStore } from '../store/store.js';
import { NoticeLog } from './notice-log.js';
import type { NewNotice } from './notice.js';

const patientId = `pat_${'a'.repeat(32)}`;
const fork = (height: number): NewNotice => ({
  type: 'fork',
  source: `fork/${height}`,
  patientId,
  data: { patientId, height, txId: 'a'.repeat(64) },
});

describe('the log of notices', () => {
  let store: SqliteStore;
  let log: NoticeLog;
  beforeEach(() => {
    store = new SqliteStore(':memory:');
    log = new NoticeLog(store);
  });
  afterEach(() => store.close());
  const add = async (...heights: number[]) => {
    await store.commit(() => heights.map((height) => log.append(fork(height))));
    log.published();
  };

  test('a follower gets what is there and what comes, in order, and ends with its signal', async () => {
    await add(1, 2);
    const stop = new AbortController();
    const heights: unknown[] = [];
    const following = (async () => {
      for await (const { data } of log.follow(0, {}, stop.signal)) {
        heights.push(data['height']);
        if (data['height'] === 4) stop.abort();
      }
    })();
    await add(3);
    await add(4);
    await following;
    expect(heights).toEqual([1, 2, 3, 4]);
  });

  test('a notice that is not on disk yet is not shown', async () => {
    await store.commit(() => log.append(fork(1)));
    expect(log.after(0)).toEqual([]);
    log.published();
    expect(log.after(0)).toHaveLength(1);
  });

  test('the same source is logged once', async () => {
    await add(1, 1);
    await add(1);
    expect(log.after(0)).toHaveLength(1);
  });

  test('it is filtered by patient and type', async () => {
    await add(1);
    expect(log.after(0, { patientId: `pat_${'b'.repeat(32)}` })).toEqual([]);
    expect(log.after(0, { types: ['record'] })).toEqual([]);
    expect(log.after(0, { patientId, types: ['fork', 'record'] })).toHaveLength(1);
  });
});
