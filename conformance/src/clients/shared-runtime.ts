import type { GeneratedTree } from './generated-tree.js';

/** Folders that the generator writes for every service: what its clients do while they run. */
const RUNTIME = /^(?:client|core)\//;
const IMPORT = /(?<=from ')\.\/(?=(?:client|core)\/)/g;

/**
 * The same services' files with one runtime for all of them, in a tree of its own beside theirs.
 * @param folder of the runtime; its name is how the services' folders, its neighbours, import it
 * @throws RangeError where the generator writes different ones
 */
export function withSharedRuntime(services: readonly GeneratedTree[], folder: string): GeneratedTree[] {
  const name = folder.slice(folder.lastIndexOf('/') + 1);
  const runtime = new Map<string, string>();
  const own = services.map((service) => {
    const files = [...service.files].flatMap(([path, text]) => {
      if (!RUNTIME.test(path)) return [[path, text.replaceAll(IMPORT, `../${name}/`)] as const];
      if ((runtime.get(path) ?? text) !== text)
        throw new RangeError(`The generator writes different ${path}: they cannot be shared`);
      runtime.set(path, text);
      return [];
    });
    return { folder: service.folder, files: new Map(files) };
  });
  return [...own, { folder, files: runtime }];
}
