export { StatementError } from './errors.js';
export { STATEMENT_MAX_CHARS, STATEMENT_MAX_SKEW_S, parseStatement } from './statement.js';
export type { Statement } from './statement.js';
export { checkStatement } from './check.js';
export type { StatementExpectation } from './check.js';
export { signStatement, signedStatement, statementInput } from './new-statement.js';
export type { NewStatement, StatementKey } from './new-statement.js';
