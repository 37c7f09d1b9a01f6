import { describe, expect, test } from '@jest/globals';
import { codeOf } from '../../testing/index.js';
import { MemoryState, type World } from '../../testing/memory-state.js';
import { KeyFamily, sortable } from './key.js';
import { pagedRows } from './paged.js';
import { WriteBuffer } from './write-buffer.js';

const rows = new KeyFamily<number>('row', ['owner', 'name']);
const worldOf = (names: readonly string[]): World => {
  const world: World = new Map();
  const state = new MemoryState(world);
  for (const [index, name] of names.entries()) state.put(rows.at('a', name), index);
  state.put(rows.at('b', 'zz'), 99);
  state.apply(1);
  return world;
};

describe('keys', () => {
  test('with too few or too many parts are a programmer’s error', () => {
    expect(() => rows.at('a')).toThrow(RangeError);
    expect(() => rows.under('a', 'b')).toThrow(RangeError);
  });

  test('of counts sort by value', () => {
    expect([10, 9, 2 ** 53 - 1, 0].map(sortable).sort()).toEqual([0, 9, 10, 2 ** 53 - 1].map(sortable));
  });
});

describe('a page', () => {
  const state = new MemoryState(worldOf(['b', 'c', 'd', 'e', 'f']));
  const page = (
    request: { pageSize?: number; bookmark?: string },
    query: { from?: string; to?: string } = {},
  ) => pagedRows(state, request, { prefix: rows.under('a'), ...query, rowOf: ({ parts }) => parts[1] });

  test('begins and ends where the query says, and never leaves the prefix', async () => {
    expect(await page({}, { from: 'c', to: 'e' })).toEqual({ rows: ['c', 'd'], bookmark: '' });
    expect((await page({})).rows).toEqual(['b', 'c', 'd', 'e', 'f']);
  });

  test('is filled past what a filter leaves out', async () => {
    const even = await pagedRows(
      state,
      { pageSize: 2 },
      {
        prefix: rows.under('a'),
        rowOf: ({ value }) => (value % 2 === 0 ? value : undefined),
      },
    );
    expect(even.rows).toEqual([0, 2]);
    const rest = await pagedRows(
      state,
      { pageSize: 2, bookmark: even.bookmark },
      {
        prefix: rows.under('a'),
        rowOf: ({ value }) => (value % 2 === 0 ? value : undefined),
      },
    );
    expect(rest).toEqual({ rows: [4], bookmark: '' });
  });

  test('of a bookmark that was made up is refused, one of another owner stays with this one', async () => {
    for (const bookmark of ['x', 'W10', 'WyIiXQ', 'WyJhXHUwMDAwYiJd', '!'])
      expect(await codeOf(page({ bookmark }))).toBe('PAGE_TOKEN_INVALID');
    const { bookmark } = await page({ pageSize: 2 });
    const other = await pagedRows(
      state,
      { bookmark },
      { prefix: rows.under('b'), rowOf: ({ value }) => value },
    );
    expect(other.rows).toEqual([99]);
  });
});

test('an item’s writes reach the state together or not at all, and show where two items meet', () => {
  const state = new MemoryState(worldOf([]));
  const [one, two] = [new WriteBuffer(state), new WriteBuffer(state)];
  one.put(rows.at('a', 'x'), 1);
  two.delete(rows.at('a', 'x'));
  expect(one.overlaps(two)).toBe(true);
  expect(state.writes.size).toBe(0);
  one.flushTo(state);
  expect([...state.writes.values()]).toEqual(['1']);
});
