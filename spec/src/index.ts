export { loadVectors, writeVectors } from './vectors.js';
export type { Vector, VectorBody, VectorKind } from './vectors.js';
