import { watch } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './packages.js';

/** What a program loads; tests and their support are no part of it. */
const LOADED = /\.(js|mjs|json)$/;
const TESTS = /\.test\.js$|(^|\/)testing\//;

/**
 * Watches what is compiled of packages, and says in which one a file was written.
 * @param folders of the packages, from the root of the checkout
 */
export function watchCompiled(
  folders: Iterable<string>,
  signal: AbortSignal,
  onChange: (folder: string) => void,
): void {
  for (const folder of folders) {
    watch(join(ROOT, folder, 'dist'), { recursive: true, signal }, (_event, file) => {
      if (file !== null && LOADED.test(file) && !TESTS.test(file)) onChange(folder);
    });
  }
}
