import { readFileSync, writeFileSync } from 'node:fs';
import { SECURITY_PAGE } from './security-page.js';
import { withTable } from './table.js';

// Then `npm run format`, which pads the columns.
writeFileSync(SECURITY_PAGE, withTable(readFileSync(SECURITY_PAGE, 'utf8')));
