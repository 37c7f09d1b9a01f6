export { buildApp } from './app.js';
export { ApiConfig } from './config.js';
export { problems } from './problems.js';
