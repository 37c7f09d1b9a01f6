import type { Vector, VectorKind } from '@careledger/spec';
import { idVectors } from './ids.js';
import { invalidProofs, validProofs } from './pairing-proofs.js';
import { invalidTokens, validTokens } from './tokens.js';

/** Everything in `spec/vectors/KIND/device`; documented in `spec/device.md`. */
export const deviceVectors = (kind: VectorKind): readonly Vector[] =>
  kind === 'valid'
    ? [...idVectors(), ...validProofs(), ...validTokens()]
    : [...invalidProofs(), ...invalidTokens()];
