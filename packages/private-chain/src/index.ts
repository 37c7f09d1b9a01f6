export * from './verify.js';
/** @public documented in the README; here `sealBlock` alone needs it */
export { mine } from './block/mine.js';
export { framesBody, sealBlock, sealGenesis } from './block/seal.js';
export type { Sealed } from './block/seal.js';
export { makeFrame } from './frame/make.js';
export { makeHello } from './hello/make.js';
export { nodeMerkleHasher } from './merkle/node-hasher.js';
export { packTree, packedNodeReader } from './merkle/packed-tree.js';
export { makeProof } from './proof/make.js';
