export * from './child.js';
export * from './family.js';
export * from './memory.js';
export * from './ports.js';
export * from './stack/careledger.js';
export * from './stack/credentials.js';
export * from './stack/network.js';
export * from './stack/service.js';
