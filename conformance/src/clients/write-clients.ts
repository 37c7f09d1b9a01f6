// npm run clients: writes what is generated in clients/. npm run clients -- --check: names the files that differ, and fails.
import { parseArgs } from 'node:util';
import { openApiDocuments } from '../docs/openapi-documents.js';
import { generateClients } from './generate.js';
import { differences, writeTree } from './generated-tree.js';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const trees = await generateClients(await openApiDocuments());
if (values.check) {
  const differing = trees.flatMap(differences);
  for (const path of differing) console.error(`not as generated: ${path}`);
  if (differing.length > 0) process.exitCode = 1;
} else {
  for (const tree of trees) writeTree(tree);
}
