import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** `valid` vectors have to be accepted, `invalid` ones refused; an invalid one is named for its attack. */
export type VectorKind = 'valid' | 'invalid';

/** A vector without its name, which is the name of its file. */
export type VectorBody = { readonly description: string; readonly [member: string]: unknown };

/** One file of `spec/vectors/KIND/TOPIC/NAME.json`. */
export type Vector<T extends VectorBody = VectorBody> = T & { readonly name: string };

const VECTORS = fileURLToPath(new URL('../vectors', import.meta.url));
const SUFFIX = '.json';

/**
 * All vectors of a topic (`crypto`, `statements`, `envelope`, …) in the order of their names.
 * `T` is the shape that the topic's page in `spec/` promises; the caller vouches for it.
 * @throws Error when the topic has no vectors: a test over nothing would pass
 */
export function loadVectors<T extends VectorBody = VectorBody>(kind: VectorKind, topic: string): Vector<T>[] {
  const folder = vectorsFolder(kind, topic);
  const names = readdirSync(folder)
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length))
    .sort();
  if (names.length === 0) throw new Error(`No vectors in ${folder}`);
  return names.map((name) => ({
    ...(JSON.parse(readFileSync(`${folder}/${name}${SUFFIX}`, 'utf8')) as T),
    name,
  }));
}

/** Where the vectors of a topic lie, whether there are any or not. */
export function vectorsFolder(kind: VectorKind, topic: string): string {
  return `${VECTORS}/${kind}/${topic}`;
}
