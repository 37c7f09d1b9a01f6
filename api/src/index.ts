export { buildApp } from './app.js';
export { main } from './cli.js';
export { ApiConfig } from './config.js';
export { register } from './register.js';
export { problems } from './problems.js';
