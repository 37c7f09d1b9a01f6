import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { WORKSPACE, textOf } from './workspace.js';

const FOLDER = 'docs/diagrams';
const sources = readdirSync(join(WORKSPACE, FOLDER)).filter((name) => name.endsWith('.dot'));

/** Lines of text that a source asks for, by Graphviz's syntax. */
const linesOf = (source: string): string[] =>
  [...textOf(`${FOLDER}/${source}`).matchAll(/label="([^"]*)"/g)].flatMap(([, label = '']) =>
    label.split('\\n'),
  );

/** Lines of text that a picture shows. */
const shownBy = (picture: string): string[] =>
  [...textOf(`${FOLDER}/${picture}`).matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text = '']) =>
    text.replaceAll('&#45;', '-').replaceAll('&amp;', '&'),
  );

describe('diagrams', () => {
  test.each(sources)('%s is rendered as it stands: npm run diagrams', (source) => {
    expect(shownBy(source.replace('.dot', '.svg')).toSorted()).toEqual(linesOf(source).toSorted());
  });
});
