export * from './channels.js';
export * from './closed-object.js';
export * from './derive.js';
export * from './grants.js';
export * from './ids.js';
export * from './readings.js';
export * from './records.js';
export * from './time.js';
