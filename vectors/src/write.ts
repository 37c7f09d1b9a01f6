// npm run vectors: writes spec/vectors. npm run vectors -- --check: names the files that differ, and fails if any do.
import { parseArgs } from 'node:util';
import { differences, generate, write } from './files.js';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const folders = await generate();
if (values.check) {
  const differing = differences(folders);
  for (const path of differing) console.error(`not as generated: ${path}`);
  if (differing.length > 0) process.exitCode = 1;
} else {
  write(folders);
}
