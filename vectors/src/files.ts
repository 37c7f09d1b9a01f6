import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { vectorsFolder, type VectorKind } from '@careledger/spec';
import { TOPICS } from './topics.js';

/** One kind of vectors of a topic: a folder, and the text of each file in it. */
interface Folder {
  readonly path: string;
  readonly files: ReadonlyMap<string, string>;
}

/** Everything that `spec/vectors` has to contain. @throws Error when two vectors of a folder share a name */
export async function generate(): Promise<Folder[]> {
  const kinds: readonly VectorKind[] = ['valid', 'invalid'];
  const wanted = Object.entries(TOPICS).flatMap(([topic, generator]) =>
    kinds.map((kind) => ({ topic, kind, generator })),
  );
  return Promise.all(
    wanted.map(async ({ topic, kind, generator }) => {
      const files = new Map<string, string>();
      for (const { name, ...body } of await generator(kind)) {
        const file = `${name}.json`;
        if (files.has(file)) throw new Error(`Two vectors of ${kind}/${topic} are named ${name}`);
        files.set(file, `${JSON.stringify(body, null, 2)}\n`);
      }
      return { path: vectorsFolder(kind, topic), files };
    }),
  );
}

/** Replaces the folders' content. */
export function write(folders: readonly Folder[]): void {
  for (const { path, files } of folders) {
    rmSync(path, { recursive: true, force: true });
    if (files.size === 0) continue;
    mkdirSync(path, { recursive: true });
    for (const [file, text] of files) writeFileSync(join(path, file), text);
  }
}

/** Paths of files that are missing, too many or not what the generators make. */
export function differences(folders: readonly Folder[]): string[] {
  return folders.flatMap(({ path, files }) => {
    const present = existsSync(path) ? readdirSync(path) : [];
    const differing = present.filter((file) => readFileSync(join(path, file), 'utf8') !== files.get(file));
    const missing = [...files.keys()].filter((file) => !present.includes(file));
    return [...differing, ...missing].sort().map((file) => join(path, file));
  });
}
