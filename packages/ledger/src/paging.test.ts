import { expect, test } from '@jest/globals';
import { allRows, everyRow, type LedgerPage, type PageWanted } from './paging.js';

/** Answers with these pages in turn; their bookmarks are 1, 2, … and empty on the last. */
function queryOf(pages: readonly (readonly string[])[]) {
  const asked: PageWanted[] = [];
  const ask = (page: PageWanted): Promise<LedgerPage<string>> => {
    asked.push(page);
    const index = Number(page.bookmark ?? 0);
    const next = index + 1 < pages.length ? String(index + 1) : '';
    return Promise.resolve({ rows: pages[index] ?? [], bookmark: next });
  };
  return { ask, asked };
}

test('pages that are short or empty end nothing: only an empty bookmark does', async () => {
  const { ask, asked } = queryOf([['a', 'b'], [], ['c'], []]);
  expect(await allRows(ask, 2)).toEqual(['a', 'b', 'c']);
  expect(asked).toEqual([
    { pageSize: 2 },
    { pageSize: 2, bookmark: '1' },
    { pageSize: 2, bookmark: '2' },
    { pageSize: 2, bookmark: '3' },
  ]);
});

test('who has found what it wanted asks for no further page', async () => {
  const { ask, asked } = queryOf([['a'], ['b'], ['c']]);
  for await (const row of everyRow(ask)) if (row === 'b') break;
  expect(asked.map(({ bookmark }) => bookmark)).toEqual([undefined, '1']);
});

test('a failure on the way is the caller’s: part of a list is never taken for all of it', async () => {
  const { ask } = queryOf([['a'], ['b']]);
  const failing = (page: PageWanted) =>
    page.bookmark === undefined ? ask(page) : Promise.reject(new Error('the peer is away'));
  await expect(allRows(failing)).rejects.toThrow('the peer is away');
});
