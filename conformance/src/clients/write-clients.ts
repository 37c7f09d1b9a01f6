// npm run clients: writes what is generated in clients/. npm run clients -- --check: names the files that differ, and fails.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openApiDocuments } from '../docs/openapi-documents.js';
import { WORKSPACE } from '../docs/workspace.js';
import { generateClients } from './generate.js';
import { differences, writeTree } from './generated-tree.js';
import { PYTHON_MISSING, hasPythonGenerator, writePython } from './python.js';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const documents = await openApiDocuments();
const trees = await generateClients(documents);
if (values.check) {
  const differing = trees.flatMap(differences);
  for (const path of differing) console.error(`not as generated: ${path}`);
  if (differing.length > 0) process.exitCode = 1;
} else {
  for (const tree of trees) writeTree(tree);
  // Not checked in: nothing to compare.
  if (await hasPythonGenerator())
    await writePython(documents, join(WORKSPACE, 'clients/python/src/careledger_client'));
  else console.error(`SKIPPED: ${PYTHON_MISSING}`);
}
