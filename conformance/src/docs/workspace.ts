import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the checkout. */
export const WORKSPACE = fileURLToPath(new URL('../../../', import.meta.url));

/** Folders that hold nothing of the project's own. */
const FOREIGN: ReadonlySet<string> = new Set(['node_modules', 'dist', '.git', '.careledger']);

/** Text of a file of the checkout. `path` is relative to its root. */
export const textOf = (path: string): string => readFileSync(join(WORKSPACE, path), 'utf8');

/** Every Markdown page of the project, by its path from the root. */
export const markdownPages = (): string[] => filesIn('').filter((path) => path.endsWith('.md'));

/** TypeScript sources below a folder, without tests and what only tests use. */
export const sourcesIn = (folder: string): string[] =>
  filesIn(folder).filter((path) => path.endsWith('.ts') && !/\.test\.ts$|\/testing\//.test(path));

function filesIn(folder: string): string[] {
  return readdirSync(join(WORKSPACE, folder), { withFileTypes: true })
    .filter(({ name }) => !FOREIGN.has(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesIn(path) : [path];
    });
}
