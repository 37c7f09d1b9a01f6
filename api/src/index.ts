export { ApiConfig } from './config.js';
export { problems } from './problems.js';
