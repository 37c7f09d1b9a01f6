import { ContractError, STATEMENT_MAX_CHARS, BATCH_MAX_ITEMS } from '@careledger/contracts';
import { CryptoError, parseJson, utf8 } from '@careledger/crypto';
import { compiled } from '@careledger/domain/compiled';
import type { Static, TSchema } from 'typebox';

/** Characters of an argument: a full batch of the largest statements. */
const ARGUMENT_MAX_CHARS = BATCH_MAX_ITEMS * (STATEMENT_MAX_CHARS + 3) + 100;
/** Faults named in an answer. */
const FAULTS_MAX = 5;

/**
 * Reads the one JSON argument of a function. Strict: no duplicate names, no member that the schema does not know.
 * @throws ContractError `ARGUMENT_INVALID`
 */
export function readArgument<Args extends TSchema>(schema: Args, given: readonly string[]): Static<Args> {
  const [text] = given;
  if (given.length !== 1 || text === undefined)
    throw new ContractError('ARGUMENT_INVALID', 'The function takes exactly one argument, a JSON object.');
  if (text.length > ARGUMENT_MAX_CHARS)
    throw new ContractError('ARGUMENT_INVALID', `An argument has at most ${ARGUMENT_MAX_CHARS} characters.`);
  const value = parse(text);
  const validator = compiled(schema);
  if (validator.Check(value)) return value;
  const faults = validator.Errors(value).slice(0, FAULTS_MAX);
  throw new ContractError('ARGUMENT_INVALID', undefined, {
    faults: faults.map(({ instancePath, message }) => ({ path: instancePath, message })),
  });
}

function parse(text: string): unknown {
  try {
    return parseJson(utf8(text));
  } catch (error) {
    if (error instanceof CryptoError) throw new ContractError('ARGUMENT_INVALID', error.message);
    throw error;
  }
}
