import { STATEMENTS, type StatementBody, type StatementName } from '@careledger/contracts';
import { compiled } from '@careledger/domain/compiled';
import { StatementError, readStatement, type HashedStatement } from '@careledger/statements';
import type { ProblemCode } from '../problems.js';
import { refusal } from './refusal.js';

/** A statement of a kind, its form checked and nothing else: who signed it is not known yet. */
export interface ReadStatement<N extends StatementName> {
  readonly token: string;
  readonly statement: HashedStatement;
  /** By its own word. */
  readonly issuer: string;
  readonly body: StatementBody<N>;
}

/**
 * Form and kind of a statement.
 * @param refusedAs the problem of one of another kind, or with a body that is not by its schema; `reason` says which
 * @throws StatementError STATEMENT_MALFORMED, STATEMENT_TOO_LARGE; ProblemError
 */
export function readStatementOf<N extends StatementName>(
  name: N,
  token: string,
  refusedAs: ProblemCode,
): ReadStatement<N> {
  const statement = readStatement(token);
  const { header, payload } = statement;
  const { typ } = STATEMENTS[name];
  if (header.typ !== typ)
    throw refusal(refusedAs, 'STATEMENT_TYPE_MISMATCH', `Send a ${typ}, not a ${header.typ}`);
  if (!isBodyOf(name, payload.body))
    throw new StatementError('STATEMENT_MALFORMED', `The body is not that of a ${typ}`);
  return { token, statement, issuer: payload.iss, body: payload.body };
}

export const isBodyOf = <N extends StatementName>(name: N, body: unknown): body is StatementBody<N> =>
  compiled(STATEMENTS[name].body).Check(body);

/** A StatementError as the ledger would have refused it; other errors as they are. */
export function problemOfStatement(error: unknown, refusedAs: ProblemCode): unknown {
  return error instanceof StatementError
    ? refusal(refusedAs, error.code, error.message, { cause: error })
    : error;
}
