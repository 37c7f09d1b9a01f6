export { problems } from './problems.js';
