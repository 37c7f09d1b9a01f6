import type { VectorKind } from '@careledger/spec';
import { invalidContent } from './invalid.js';
import type { NamedVector } from './types.js';
import { validContent } from './valid.js';

/** Everything in `spec/vectors/KIND/fhir`, in the order of the names. */
export function fhirVectors(kind: VectorKind): NamedVector[] {
  const vectors = kind === 'valid' ? validContent() : invalidContent();
  if (new Set(vectors.map(({ name }) => name)).size !== vectors.length) {
    throw new Error('Two vectors share a name');
  }
  return vectors.sort((a, b) => (a.name < b.name ? -1 : 1));
}
