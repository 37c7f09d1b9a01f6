import { describe, expect, test } from '@jest/globals';
import { anchorsOf, deadLinks, deadPaths } from './links.js';
import { markdownPages } from './workspace.js';

const pages = markdownPages();

describe('the documentation', () => {
  test('is found, front page and packages alike', () => {
    expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/glossary.md', 'spec/contracts.md']));
  });

  test('has no link to a file or heading that is not there', () => {
    expect(pages.flatMap(deadLinks)).toEqual([]);
  });

  test('names no path that is not there', () => {
    expect(pages.flatMap(deadPaths)).toEqual([]);
  });

  test('has anchors as GitHub makes them', () => {
    expect([...anchorsOf('spec/envelope.md')]).toEqual(
      expect.arrayContaining(['sealed-records', 'ids-tags-and-salted-hashes']),
    );
  });
});
