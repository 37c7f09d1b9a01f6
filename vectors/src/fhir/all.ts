import type { ContentVector } from '@careledger/fhir/testing';
import type { Vector, VectorKind } from '@careledger/spec';
import { invalidContent } from './invalid.js';
import { validContent } from './valid.js';

/** Everything in `spec/vectors/KIND/fhir`. */
export const fhirVectors = (kind: VectorKind): Vector<ContentVector>[] =>
  kind === 'valid' ? validContent() : invalidContent();
