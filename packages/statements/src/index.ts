export * from './portable/index.js';
export { makeStatement } from './make-statement.js';
export { readStatement, selfSigned, statementHash } from './read-statement.js';
export type { HashedStatement } from './read-statement.js';
