export * from './access.js';
export * from './authority.js';
export * from './device-certificate.js';
export * from './device.js';
export * from './mqtt.js';
export * from './provider.js';
export * from './published-keys.js';
export * from './sealed.js';
