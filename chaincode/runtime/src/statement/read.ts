import { ContractError, STATEMENTS, type StatementBody, type StatementName } from '@careledger/contracts';
import { compiled } from '@careledger/domain/compiled';
import { StatementError, readStatement, type HashedStatement } from '@careledger/statements';

/** A statement of a known kind; nothing is verified yet. */
export interface ReadStatement<N extends StatementName = StatementName> {
  readonly name: N;
  readonly statement: HashedStatement;
}

/** Whether a body is by its kind's schema. */
export function isBodyOf<N extends StatementName>(name: N): (body: unknown) => body is StatementBody<N> {
  const validator = compiled(STATEMENTS[name].body);
  return (body): body is StatementBody<N> => validator.Check(body);
}

/** @throws ContractError `STATEMENT_TOO_LARGE`, `STATEMENT_MALFORMED`, `STATEMENT_TYPE_MISMATCH` */
export function readAs<N extends StatementName>(token: string, names: readonly N[]): ReadStatement<N> {
  const statement = asContractError(() => readStatement(token));
  const name = names.find((candidate) => STATEMENTS[candidate].typ === statement.header.typ);
  if (name === undefined)
    throw new ContractError('STATEMENT_TYPE_MISMATCH', undefined, {
      typ: statement.header.typ,
      accepted: names.map((candidate) => STATEMENTS[candidate].typ),
    });
  return { name, statement };
}

/** Statement errors carry codes of the contract already. */
export function asContractError<Result>(check: () => Result): Result {
  try {
    return check();
  } catch (error) {
    if (error instanceof StatementError) throw new ContractError(error.code, error.message);
    throw error;
  }
}
