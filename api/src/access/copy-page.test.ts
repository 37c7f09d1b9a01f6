import { expect, test } from '@jest/globals';
import { NOT_MEANT, pickPage, type PageWanted } from './copy-page.js';

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
const pick = (
  wanted: Partial<PageWanted<number>> = {},
  candidates: Iterable<number | undefined> = numbers(10),
) =>
  pickPage(candidates, (of) => (of % 2 === 0 ? `opened ${of}` : undefined), {
    ...{ limit: 2, isCounted: false, isOver: () => false, idOf: (of) => of },
    ...wanted,
  });

const seen = (...all: number[]) => all.map((of) => ({ of, unread: `opened ${of}` }));

test('a page is the first of what may be seen, after the page before', async () => {
  expect(await pick()).toMatchObject({ seen: seen(0, 2), hasMore: true, total: undefined });
  const isAfter = (of: number) => of > 4;
  expect(await pick({ isAfter, isCounted: true })).toEqual({
    ...{ seen: seen(6, 8), linked: [], passed: undefined, hasMore: false, total: 5 },
  });
});

test('what is counted alone is told of as well, and none of it is on the page', async () => {
  const told: number[] = [];
  const counted = (of: number) => told.push(of);
  expect(await pick({ limit: 0, isCounted: true, counted })).toMatchObject({ seen: [], total: 5 });
  expect(told).toEqual([0, 2, 4, 6, 8]);
});

test('what is counted beyond the page is told of like what is on it, and nothing where nobody counts', async () => {
  const told: number[] = [];
  const counted = (of: number) => told.push(of);
  await pick({ counted });
  expect(told).toEqual([]);
  expect(await pick({ isAfter: () => false, isCounted: true, counted })).toMatchObject({
    seen: [],
    total: 5,
  });
  expect(told).toEqual([0, 2, 4, 6, 8]);
});

test('what is looked at and not meant is passed over', async () => {
  expect(await pick({}, [undefined, 2, undefined])).toMatchObject({ seen: seen(2), hasMore: false });
});

test('a page for which much is looked into ends at the last that may be seen, and at nothing else; a count goes on', async () => {
  const open = (of: number) => (of % 2 === 0 ? undefined : NOT_MEANT);
  const all = { limit: 2, isCounted: false, isOver: () => false, idOf: (of: number) => of };
  expect(await pickPage(numbers(10_000), open, all)).toEqual({
    ...{ seen: [], linked: [], passed: 1_999, hasMore: true, total: undefined },
  });
  expect(await pickPage(numbers(1_998), open, all)).toMatchObject({ passed: undefined, hasMore: false });
  expect(await pickPage(numbers(10_000), open, { ...all, isCounted: true })).toMatchObject({
    ...{ passed: undefined, hasMore: false, total: 0 },
  });
});

test('others have their turn between candidates that take long to be looked into', async () => {
  const spin = (of: number) => {
    const until = performance.now() + 30;
    while (performance.now() < until);
    return of % 2 === 0 ? `opened ${of}` : NOT_MEANT;
  };
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 0);
  await pickPage(numbers(8), spin, { limit: 9, isCounted: false, isOver: () => false, idOf: (of) => of });
  clearInterval(timer);
  expect(turns).toBeGreaterThan(3);
});

test('what is linked comes beside it, each once, as far as it may be seen', async () => {
  const linkedTo = (of: number) => [of + 10, of + 11, 2, 12];
  expect(await pick({ linkedTo })).toMatchObject({ seen: seen(0, 2), linked: seen(10, 12) });
});

test('a page to which much is linked ends early, and what follows is on the next one', async () => {
  const linkedTo = (of: number) => numbers(2_000).map((index) => 10_000 * (of + 1) + index);
  const page = await pick({ linkedTo, limit: 4, isCounted: true });
  expect([page?.seen.length, page?.linked.length, page?.hasMore, page?.total]).toEqual([2, 2_000, true, 5]);
  // Beside the last one there is nothing to put off.
  expect(await pick({ linkedTo, limit: 4 }, [8])).toMatchObject({ seen: seen(8), hasMore: false });
});

test('of a copy that ends while what is linked is looked for nothing is shown', async () => {
  expect(await pick({ linkedTo: () => [], isOver: () => true })).toBeUndefined();
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
