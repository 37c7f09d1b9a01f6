export * from './pairing.js';
export * from './session.js';
