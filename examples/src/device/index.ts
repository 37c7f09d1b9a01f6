export * from './clock.js';
export * from './http.js';
export * from './pairing.js';
export * from './session.js';
