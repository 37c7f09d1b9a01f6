export { jweUnder } from './jwe-under.js';
export type { DerivedVector, EnvelopeVector, OpenVector, ReceiptVector, SealedVector } from './vectors.js';
