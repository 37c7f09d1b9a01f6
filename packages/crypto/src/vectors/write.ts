// node packages/crypto/dist/vectors/write.js: writes spec/vectors/{valid,invalid}/crypto.
import { writeVectors } from '@careledger/spec';
import { cryptoVectors } from './all.js';

for (const kind of ['valid', 'invalid'] as const) writeVectors(kind, 'crypto', cryptoVectors(kind));
