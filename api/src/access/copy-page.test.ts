import { expect, test } from '@jest/globals';
import { pickPage, type PageWanted } from './copy-page.js';

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
const pick = (wanted: Partial<PageWanted<number>> = {}, candidates: Iterable<number> = numbers(10)) =>
  pickPage(candidates, (of) => (of % 2 === 0 ? `opened ${of}` : undefined), {
    ...{ limit: 2, isCounted: false, isOver: () => false },
    ...wanted,
  });

test('a page is the first of what may be seen, after the page before', async () => {
  expect(await pick()).toMatchObject({ told: [0, 2], hasMore: true, total: undefined });
  const isAfter = (of: number) => of > 4;
  expect(await pick({ isAfter, isCounted: true })).toEqual({
    seen: [6, 8].map((of) => ({ of, unread: `opened ${of}` })),
    ...{ told: [6, 8], hasMore: false, total: 5 },
  });
});

test('what is counted alone is told of as well, and none of it is on the page', async () => {
  expect(await pick({ limit: 0, isCounted: true })).toMatchObject({
    seen: [],
    told: [0, 2, 4, 6, 8],
    total: 5,
  });
});

test('others have their turn while many are looked at, and of a copy that ends in it nothing more is opened', async () => {
  const opened: number[] = [];
  const candidates = function* () {
    for (const of of numbers(1_000)) {
      opened.push(of);
      yield of;
    }
  };
  let isOver = false;
  setImmediate(() => (isOver = true));
  expect(await pick({ limit: 0, isCounted: true, isOver: () => isOver }, candidates())).toBeUndefined();
  expect(opened.length).toBeLessThan(200);
});
