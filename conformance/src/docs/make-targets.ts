import { markdownPages, textOf } from './workspace.js';

const MAKEFILES = ['Makefile', 'make/compose.mk', 'make/native.mk', 'make/operations.mk'];
/** A target with its description, as `make help` prints it. */
const TARGET = /^([a-z][a-z-]*):.*## (.*)$/gm;
/** First cell of a row about a target, and what follows it. */
const ROW = /^\| `make ([a-z-]+)[^`]*` +\|(.*)$/gm;
const CELL_END = /(?<!\\)\|/;

export interface MakeTarget {
  readonly target: string;
  readonly description: string;
}

/** Targets that `make` lists. */
export const makeTargets = (): MakeTarget[] =>
  MAKEFILES.flatMap((file) =>
    [...textOf(file).matchAll(TARGET)].map(([, target = '', description = '']) => ({ target, description })),
  );

/** Targets in the tables of all pages, each with its page and the plain text of its second cell. */
export const describedTargets = (): (MakeTarget & { readonly page: string })[] =>
  markdownPages().flatMap((page) =>
    [...textOf(page).matchAll(ROW)].map(([, target = '', cells = '']) => ({
      page,
      target,
      description: plainText(cells.split(CELL_END)[0] ?? ''),
    })),
  );

const plainText = (cell: string): string =>
  cell
    .trim()
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll('`', '')
    .replaceAll(String.raw`\|`, '|');
