// node packages/envelope/dist/vectors/write.js: writes spec/vectors/{valid,invalid}/envelope.
import { writeVectors } from '@careledger/spec';
import { invalidEnvelopes } from './invalid.js';
import { validEnvelopes } from './valid.js';

writeVectors('valid', 'envelope', await validEnvelopes());
writeVectors('invalid', 'envelope', await invalidEnvelopes());
