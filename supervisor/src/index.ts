export * from './child.js';
export * from './family.js';
export * from './memory.js';
export * from './ports.js';
