import { describe, expect, test } from '@jest/globals';
import { SubjectBatcher } from './subject-batcher.js';

interface Item {
  readonly subject: string;
  readonly n: number;
}

function recorder(options: { maxItems?: number; fail?: (items: readonly Item[]) => boolean } = {}) {
  const batches: Item[][] = [];
  const open = new Set<string>();
  let overlap = false;
  const batcher = new SubjectBatcher<Item, number>({
    subjectOf: (item) => item.subject,
    maxItems: options.maxItems ?? 100,
    run: async (items) => {
      batches.push([...items]);
      for (const { subject } of items) {
        overlap ||= open.has(subject);
        open.add(subject);
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
      for (const { subject } of items) open.delete(subject);
      if (options.fail?.(items)) throw new Error('no network');
      return items.map((item) => item.n * 10);
    },
  });
  return { batcher, batches, overlapped: () => overlap };
}

describe('a subject batcher', () => {
  test('puts one item a subject into a batch, keeps each subject’s order, and never has a subject in flight twice', async () => {
    const { batcher, batches, overlapped } = recorder();
    const items = ['a', 'b', 'a', 'a', 'c', 'b'].map((subject, n) => ({ subject, n }));
    expect(await Promise.all(items.map((item) => batcher.add(item)))).toEqual([0, 10, 20, 30, 40, 50]);
    expect(overlapped()).toBe(false);
    for (const batch of batches) expect(new Set(batch.map((item) => item.subject)).size).toBe(batch.length);
    const order = batches.flat().filter((item) => item.subject === 'a');
    expect(order.map((item) => item.n)).toEqual([0, 2, 3]);
  });

  test('keeps batches within their size', async () => {
    const { batcher, batches } = recorder({ maxItems: 3 });
    await Promise.all(Array.from({ length: 10 }, (_, n) => batcher.add({ subject: `s${n}`, n })));
    expect(Math.max(...batches.map((batch) => batch.length))).toBe(3);
  });

  test('fails the items of a failed batch alone, and goes on', async () => {
    const { batcher } = recorder({ maxItems: 1, fail: ([item]) => item?.subject === 'bad' });
    const results = await Promise.allSettled([
      batcher.add({ subject: 'bad', n: 1 }),
      batcher.add({ subject: 'good', n: 2 }),
    ]);
    expect(results.map((result) => result.status)).toEqual(['rejected', 'fulfilled']);
    expect(await batcher.add({ subject: 'good', n: 3 })).toBe(30);
  });

  test('refuses more than may wait', async () => {
    const batcher = new SubjectBatcher<number, number>({
      subjectOf: String,
      maxItems: 1,
      maxWaiting: 2,
      run: async (items) => items,
    });
    const added = [1, 2, 3].map((n) => batcher.add(n));
    await expect(added[2]).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS' });
    expect(await Promise.all(added.slice(0, 2))).toEqual([1, 2]);
  });
});
