import type { Vector, VectorKind } from '@careledger/spec';
import { invalidAcknowledgements, validAcknowledgements } from './acknowledgements.js';
import type { OwnGatewayVector } from './fixtures.js';
import { invalidWords, validWords } from './patient-word.js';
import { invalidSettings, validSettings } from './settings.js';

/** Everything in `spec/vectors/KIND/own-gateway`; documented in `spec/statements.md`. */
export const ownGatewayVectors = (kind: VectorKind): Vector<OwnGatewayVector>[] =>
  kind === 'valid'
    ? [...validSettings(), ...validAcknowledgements(), ...validWords()]
    : [...invalidSettings(), ...invalidAcknowledgements(), ...invalidWords()];
