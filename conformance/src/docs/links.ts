import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { WORKSPACE, textOf } from './workspace.js';

/** A link or path of a page that leads nowhere. */
export interface DeadLink {
  readonly page: string;
  readonly target: string;
}

const FENCE = /^(```|~~~)[^]*?^\1/gm;
const CODE_SPAN = /`[^`\n]*`/g;
const LINK = /\[[^\]]*\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g;
const REFERENCE = /^\[[^\]]+\]:\s+(\S+)/gm;
const HEADING = /^#{1,6} +(.*?) *#*$/gm;
/** `https:`, `mailto:` …: another test than this one would have to ask the network. */
const ABSOLUTE = /^[a-z][a-z+.-]*:/i;
/** What installing, compiling and running puts into a checkout. */
const MADE: ReadonlySet<string> = new Set(['node_modules', 'dist', '.careledger']);
/** Folders and files of the root by which a code span is known to be a path. */
const ROOTS: ReadonlySet<string> = new Set(readdirSync(WORKSPACE).filter((name) => !MADE.has(name)));
const PATH = /^[\w@.-]+(?:\/[\w@.-]+)+\/?$/;

/** Links of a page to files of the checkout that are not there, or to headings that their pages do not have. */
export function deadLinks(page: string): DeadLink[] {
  const prose = textOf(page).replaceAll(FENCE, '').replaceAll(CODE_SPAN, '');
  return [...prose.matchAll(LINK), ...prose.matchAll(REFERENCE)]
    .map(([, target = '']) => target)
    .filter((target) => !ABSOLUTE.test(target) && !leadsSomewhere(page, target))
    .map((target) => ({ page, target }));
}

/**
 * Paths that a page names in code spans, as `gateway-service/src/ingest`, and that are not there. A path counts from the
 * root, and is one if it begins with a folder of the root; what is compiled stands for its source.
 */
export function deadPaths(page: string): DeadLink[] {
  const prose = textOf(page).replaceAll(FENCE, '');
  return [...prose.matchAll(CODE_SPAN)]
    .map(([span]) => span.slice(1, -1))
    .filter((path) => PATH.test(path) && ROOTS.has(path.slice(0, path.indexOf('/'))))
    .filter((path) => !existsSync(join(WORKSPACE, sourceOf(path))))
    .map((target) => ({ page, target }));
}

/** Anchors of a page's headings, as GitHub makes them. */
export function anchorsOf(page: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of textOf(page).replaceAll(FENCE, '').matchAll(HEADING)) {
    const slug = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{Pc} -]/gu, '')
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let again = 1; anchors.has(anchor); again++) anchor = `${slug}-${again}`;
    anchors.add(anchor);
  }
  return anchors;
}

function leadsSomewhere(page: string, target: string): boolean {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : join(dirname(page), decodeURIComponent(path));
  const isThere = existsSync(join(WORKSPACE, file)) && !file.startsWith('..');
  if (anchor === undefined || !isThere) return isThere;
  return statSync(join(WORKSPACE, file)).isFile() && file.endsWith('.md') && anchorsOf(file).has(anchor);
}

const sourceOf = (path: string): string =>
  path.replace('/dist/', '/src/').replace(/(?<=\/src\/.*)\.js$/, '.ts');
