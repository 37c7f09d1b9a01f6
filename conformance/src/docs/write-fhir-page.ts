/** Brings the table of docs/fhir.md up to the code: `npm run fhir-page`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FHIR_PAGE, renderFhirPage } from './fhir-page.js';
import { WORKSPACE, textOf } from './workspace.js';

writeFileSync(join(WORKSPACE, FHIR_PAGE), renderFhirPage(textOf(FHIR_PAGE)));
