import { describe, expect, test } from '@jest/globals';
import { textOf } from './workspace.js';

const entries = textOf('docs/glossary.md')
  .split('\n### ')
  .slice(1)
  .map((entry) => {
    const [term = '', ...lines] = entry.split('\n');
    return { term, text: lines.join(' ').trim() };
  });
const { compare } = new Intl.Collator('en', { ignorePunctuation: true });

describe('docs/glossary.md', () => {
  test('is in alphabetical order, each term once', () => {
    const terms = entries.map(({ term }) => term);
    expect(terms).toEqual([...new Set(terms)].toSorted(compare));
  });

  test('says of each term where it is defined', () => {
    expect(entries.filter(({ text }) => !/\]\([^)]+\)\.$/.test(text)).map(({ term }) => term)).toEqual([]);
  });
});
