import { join } from 'node:path';
import { WORKSPACE } from '../docs/workspace.js';
import { generateBruno } from './bruno.js';
import { sourcesOf, withDocumentFiles, type Documents } from './services.js';
import type { GeneratedTree } from './generated-tree.js';
import { withSharedRuntime } from './shared-runtime.js';
import { generateTypeScript } from './typescript.js';

const GENERATED = join(WORKSPACE, 'clients/typescript/src/generated');

/** Everything that is generated in `clients` and checked in. */
export async function generateClients(documents: Documents): Promise<readonly GeneratedTree[]> {
  const typescript = await withDocumentFiles(documents, async (sources) => {
    const trees: GeneratedTree[] = [];
    // One after the other: the generator keeps what it is doing to itself.
    for (const source of sources) {
      const folder = join(GENERATED, source.service.name);
      trees.push({ folder, files: await generateTypeScript(source) });
    }
    return withSharedRuntime(trees, join(GENERATED, 'runtime'));
  });
  const bruno = { folder: join(WORKSPACE, 'clients/bruno'), files: generateBruno(sourcesOf(documents)) };
  return [...typescript, bruno];
}
