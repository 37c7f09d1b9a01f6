export { loadVectors, vectorsFolder } from './vectors.js';
export type { Vector, VectorBody, VectorKind } from './vectors.js';
