import { writeFileSync } from 'node:fs';
import { cutTable } from './cut.js';
import { moduleOf } from './module.js';

/** Writes src/r4/definitions.ts: `npm run definitions -w packages/fhir`. */
writeFileSync(new URL('../../src/r4/definitions.ts', import.meta.url), moduleOf(cutTable()));
