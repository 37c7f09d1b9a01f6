/**
 * Brings docs/troubleshooting.md up to the catalogues: `npm run troubleshooting`. What people
 * wrote stays. Prints the codes that still need a word on what to do, and ends with 1 if there are any.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCatalogues } from './catalogues.js';
import {
  TROUBLESHOOTING_PAGE,
  parseTroubleshooting,
  renderTroubleshooting,
  withoutAdvice,
  withoutCode,
} from './troubleshooting.js';
import { WORKSPACE, textOf } from './workspace.js';

const page = parseTroubleshooting(textOf(TROUBLESHOOTING_PAGE));
const codes = readCatalogues();
const missing = withoutAdvice(page, codes);
writeFileSync(join(WORKSPACE, TROUBLESHOOTING_PAGE), renderTroubleshooting(page, codes));
for (const code of withoutCode(page, codes))
  console.log(`${code}: no catalogue has it; its section is removed`);
for (const code of missing) console.log(`${code}: say in ${TROUBLESHOOTING_PAGE} what to do next`);
process.exitCode = missing.length === 0 ? 0 : 1;
