// node packages/private-chain/dist/vectors/write.js: writes spec/vectors/{valid,invalid}/private-chain.
import { writeVectors } from '@careledger/spec';
import { privateChainVectors } from './all.js';

for (const kind of ['valid', 'invalid'] as const)
  writeVectors(kind, 'private-chain', privateChainVectors(kind));
