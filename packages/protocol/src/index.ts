export * from './authority.js';
export * from './device.js';
export * from './mqtt.js';
export * from './provider.js';
export * from './sealed.js';
