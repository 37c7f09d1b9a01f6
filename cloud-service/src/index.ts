export { buildApp } from './app.js';
export type { Clock } from './clock.js';
export { CloudConfig } from './config.js';
export { register } from './register.js';
export { problems } from './problems.js';
