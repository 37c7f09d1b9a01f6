export { IdentityConfig } from './config.js';
