export * from './verify.js';
export { mine } from './block/mine.js';
export type { MineOptions } from './block/mine.js';
export { framesBody, sealBlock, sealGenesis } from './block/seal.js';
export type { GenesisParameters, Sealed } from './block/seal.js';
export { makeFrame } from './frame/make.js';
export { nodeMerkleHasher } from './merkle/node-hasher.js';
export { makeProof } from './proof/make.js';
export type { ProofParts } from './proof/make.js';
