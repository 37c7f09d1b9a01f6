import { describe, expect, test } from '@jest/globals';
import { LedgerError, type LedgerErrorCode } from '../error.js';
import { submitBatch } from './batch.js';
import { submitWithRetry } from './retry.js';

const failing = (code: LedgerErrorCode, times: number) => {
  let calls = 0;
  return {
    calls: () => calls,
    submit: async () => {
      calls += 1;
      if (calls <= times) throw new LedgerError(code, code);
      return calls;
    },
  };
};

describe('submitWithRetry', () => {
  test('proposes again after a conflict', async () => {
    const attempt = failing('MVCC_CONFLICT', 2);
    await expect(submitWithRetry(attempt.submit)).resolves.toBe(3);
  });

  test.each([
    'COMMIT_UNKNOWN',
    'CHAINCODE_REFUSED',
    'INVALIDATED',
    'PERMISSION_DENIED',
    'ORDERER_REFUSED',
  ] as const)('%s is never proposed again', async (code) => {
    const attempt = failing(code, 1);
    await expect(submitWithRetry(attempt.submit)).rejects.toMatchObject({ code });
    expect(attempt.calls()).toBe(1);
  });

  test('gives up after its proposals, with the last error', async () => {
    const attempt = failing('MVCC_CONFLICT', 9);
    await expect(submitWithRetry(attempt.submit, { maxProposals: 2 })).rejects.toMatchObject({
      code: 'MVCC_CONFLICT',
    });
    expect(attempt.calls()).toBe(2);
  });
});

describe('submitBatch', () => {
  test('one item that always conflicts holds up no other, and order is kept', async () => {
    const submissions: number[][] = [];
    const outcomes = await submitBatch({
      items: [1, 2, 3, 4, 5],
      maxItems: 4,
      submit: async (items) => {
        submissions.push([...items]);
        if (items.includes(2)) throw new LedgerError('MVCC_CONFLICT', 'overtaken');
        return items.join();
      },
    });
    expect(outcomes.map(({ status, items }) => [status, items])).toEqual([
      ['committed', [1]],
      ['failed', [2]],
      ['committed', [3, 4]],
      ['committed', [5]],
    ]);
    expect(submissions.slice(0, 4)).toEqual([
      [1, 2, 3, 4],
      [1, 2, 3, 4],
      [1, 2, 3, 4],
      [1, 2],
    ]);
  });

  test('a refusal of the whole is split at once', async () => {
    let calls = 0;
    const outcomes = await submitBatch({
      items: ['good', 'bad'],
      maxItems: 10,
      submit: async (items) => {
        calls += 1;
        if (items.includes('bad')) throw new LedgerError('CHAINCODE_REFUSED', 'no');
        return true;
      },
    });
    expect(outcomes.map(({ status }) => status)).toEqual(['committed', 'failed']);
    expect(calls).toBe(3);
  });

  test('nothing more is sent once the outcome of one batch is unknown', async () => {
    let calls = 0;
    const outcomes = await submitBatch({
      items: [1, 2, 3],
      maxItems: 1,
      submit: async () => {
        calls += 1;
        throw new LedgerError('COMMIT_UNKNOWN', 'lost');
      },
    });
    expect(calls).toBe(1);
    expect(outcomes.map((outcome) => outcome.status === 'failed' && outcome.error.code)).toEqual([
      'COMMIT_UNKNOWN',
      'COMMIT_UNKNOWN',
      'COMMIT_UNKNOWN',
    ]);
  });
});
