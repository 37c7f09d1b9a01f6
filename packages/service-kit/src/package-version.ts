import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';

/**
 * The version of the package that a module belongs to, as its `package.json` has it.
 * @param moduleUrl `import.meta.url` of the module
 */
export function packageVersion(moduleUrl: string): string {
  const file = findPackageJSON('.', moduleUrl);
  if (file === undefined) throw new Error(`${moduleUrl} belongs to no package`);
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version;
}
