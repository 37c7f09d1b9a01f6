// node packages/fhir/dist/vectors/write.js: writes spec/vectors/{valid,invalid}/fhir.
import { writeVectors } from '@careledger/spec';
import { fhirVectors } from './all.js';

for (const kind of ['valid', 'invalid'] as const) writeVectors(kind, 'fhir', fhirVectors(kind));
