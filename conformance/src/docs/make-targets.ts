import { markdownPages, textOf } from './workspace.js';

const MAKEFILES = ['Makefile', 'make/compose.mk', 'make/native.mk', 'make/operations.mk'];
const TARGET = /^([a-z][a-z-]*):.*## /gm;
/** First cell of a row that describes a target. */
const DESCRIBED = /^\| `make ([a-z-]+)[^`]*`/gm;

/** Targets that `make` lists. */
export const makeTargets = (): string[] =>
  MAKEFILES.flatMap((file) => [...textOf(file).matchAll(TARGET)].map(([, target]) => target as string));

/** Targets that the tables of all pages describe, each with its page. */
export const describedTargets = (): { readonly page: string; readonly target: string }[] =>
  markdownPages().flatMap((page) =>
    [...textOf(page).matchAll(DESCRIBED)].map(([, target]) => ({ page, target: target as string })),
  );
