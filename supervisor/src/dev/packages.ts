import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the checkout. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

function manifestOf<T>(folder: string): T {
  return JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as T;
}

/** Folders of packages of the checkout, and of those of its packages that they need, however indirectly. */
export function packagesBehind(...folders: readonly string[]): ReadonlySet<string> {
  const { workspaces } = manifestOf<{ readonly workspaces: readonly string[] }>('.');
  const folderOf = new Map(workspaces.map((folder) => [manifestOf<Manifest>(folder).name, folder]));
  const found = new Set(folders);
  // A set goes on to what is added while it is read.
  for (const folder of found) {
    for (const name of Object.keys(manifestOf<Manifest>(folder).dependencies ?? {})) {
      const needed = folderOf.get(name);
      if (needed !== undefined) found.add(needed);
    }
  }
  return found;
}
