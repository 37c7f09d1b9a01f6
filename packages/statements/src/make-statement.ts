import { utf8, type Signer } from '@careledger/crypto';
import { signedStatement, statementInput, type NewStatement } from './portable/index.js';

/**
 * Makes and signs a statement. Keep the token before sending it anywhere: a retry is the same bytes again.
 * @throws StatementError `STATEMENT_MALFORMED`, `STATEMENT_TOO_LARGE`: nobody would accept it
 */
export function makeStatement(statement: NewStatement, signer: Signer): string {
  const input = statementInput(statement, signer.kid);
  return signedStatement(input, signer.sign(utf8(input)), statement);
}
