import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServiceProgram } from '@careledger/network-definition';
import type { OpenApiDocument } from '../docs/openapi-documents.js';
import { WORKSPACE } from '../docs/workspace.js';
import { CLIENTS } from './services.js';
import type { GeneratedTree } from './generated-tree.js';
import { generateTypeScript } from './typescript.js';

/** Everything that is generated in `clients`. */
export async function generateClients(
  documents: ReadonlyMap<ServiceProgram, OpenApiDocument>,
): Promise<readonly GeneratedTree[]> {
  const dir = await mkdtemp(join(tmpdir(), 'careledger-clients-'));
  try {
    const trees: GeneratedTree[] = [];
    for (const service of CLIENTS) {
      const document = documents.get(service.program);
      if (document === undefined) throw new RangeError(`No document of ${service.program}`);
      const file = join(dir, `${service.name}.json`);
      await writeFile(file, JSON.stringify(document));
      const source = { service, document, file, outputDir: join(dir, service.name) };
      const { files } = await generateTypeScript(source);
      trees.push({ folder: join(WORKSPACE, 'clients/typescript/src/generated', service.name), files });
    }
    return trees;
  } finally {
    await rm(dir, { recursive: true });
  }
}
