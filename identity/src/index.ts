export { buildApp } from './app.js';
export { IdentityConfig } from './config.js';
export { openAdministration } from './administration.js';
