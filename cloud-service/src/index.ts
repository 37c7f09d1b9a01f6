export { buildApp } from './app.js';
export { main } from './cli.js';
export type { Clock, Instant } from './clock.js';
export { CloudConfig } from './config.js';
export { register } from './register.js';
