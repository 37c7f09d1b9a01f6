import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A folder that a generator owns, and the text of each file that it has to contain, by path within. */
export interface GeneratedTree {
  readonly folder: string;
  readonly files: ReadonlyMap<string, string>;
}

/** What a folder contains now; nothing if there is none. */
export function readTree(folder: string): GeneratedTree {
  const entries = existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [];
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1));
  return { folder, files: new Map(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')])) };
}

/** Replaces the folder's content. */
export function writeTree({ folder, files }: GeneratedTree): void {
  rmSync(folder, { recursive: true, force: true });
  for (const [path, text] of files) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

/** Paths of files that are missing, too many, or not as generated. */
export function differences({ folder, files }: GeneratedTree): string[] {
  const present = readTree(folder).files;
  return [...new Set([...present.keys(), ...files.keys()])]
    .filter((path) => present.get(path) !== files.get(path))
    .sort()
    .map((path) => join(folder, path));
}
