import type { EnvelopeVector } from '@careledger/envelope/testing';
import type { Vector, VectorKind } from '@careledger/spec';
import { invalidEnvelopes } from './invalid.js';
import { validEnvelopes } from './valid.js';

/** Everything in `spec/vectors/KIND/envelope`. */
export const envelopeVectors = (kind: VectorKind): Promise<Vector<EnvelopeVector>[]> =>
  kind === 'valid' ? validEnvelopes() : invalidEnvelopes();
