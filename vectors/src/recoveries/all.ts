import type { Vector, VectorKind } from '@careledger/spec';
import type { RecoveryVector } from './fixtures.js';
import { invalidObjections, validObjections } from './objections.js';
import { invalidTakeovers, validTakeovers } from './takeovers.js';
import { invalidVouchings, validVouchings } from './vouchings.js';

/** Everything in `spec/vectors/KIND/recoveries`; documented in `spec/statements.md`. */
export const recoveryVectors = (kind: VectorKind): Vector<RecoveryVector>[] =>
  kind === 'valid'
    ? [...validVouchings(), ...validObjections(), ...validTakeovers()]
    : [...invalidVouchings(), ...invalidObjections(), ...invalidTakeovers()];
