import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { writePublic } from '@careledger/network-admin';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import { RunnerError } from '../errors.js';

/** Name of the file that makes a folder a complete backup: it is written last. */
export const MANIFEST_FILE = 'backup.json';

const Manifest = Type.Object(
  {
    version: Type.Literal(2),
    /** Moment that the backup is a copy of, RFC 3339. */
    at: Type.String(),
    /** SHA-256 of every file, in hex, by its path in the backup. */
    files: Type.Record(Type.String(), Type.String()),
  },
  { additionalProperties: false },
);
export type Manifest = Static<typeof Manifest>;

/** Makes a folder a complete backup: every file is on disk, and named with its hash. */
export async function seal(folder: string, at: Date): Promise<Manifest> {
  const files: Record<string, string> = {};
  for (const path of await filesOf(folder)) {
    await using file = await open(join(folder, path), 'r');
    await file.sync();
    files[path] = await hashOf(join(folder, path));
  }
  const manifest: Manifest = { version: 2, at: at.toISOString(), files };
  await writePublic(join(folder, MANIFEST_FILE), JSON.stringify(manifest));
  return manifest;
}

/**
 * The manifest of a backup that holds what it says, and nothing else.
 * @throws RunnerError `BACKUP_INCOMPLETE` where it has no manifest, `BACKUP_DAMAGED` where files are not what it says.
 */
export async function verify(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, MANIFEST_FILE), 'utf8').catch(() => undefined);
  const manifest: unknown = text === undefined ? undefined : JSON.parse(text);
  if (!Value.Check(Manifest, manifest)) {
    throw new RunnerError(
      'BACKUP_INCOMPLETE',
      `${folder} is no complete backup: it has no ${MANIFEST_FILE} of this version; name the folder that "backup" wrote`,
    );
  }
  const found = new Set((await filesOf(folder)).filter((path) => path !== MANIFEST_FILE));
  const named = new Set(Object.keys(manifest.files));
  const damaged = [...found.symmetricDifference(named)];
  for (const path of named.intersection(found))
    if ((await hashOf(join(folder, path))) !== manifest.files[path]) damaged.push(path);
  if (damaged.length > 0) {
    throw new RunnerError(
      'BACKUP_DAMAGED',
      `${folder} is not as it was written, beginning with ${damaged.sort().slice(0, 3).join(', ')}: use another backup`,
    );
  }
  return manifest;
}

/** Every file below a folder, as sorted relative paths. */
async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
