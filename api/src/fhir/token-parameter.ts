import { ProblemError } from '@careledger/service-kit';

/** Between values of a list; a comma of a value is written `\,`. */
const COMMA = /(?<!\\),/;
const ESCAPE = /\\([,$\\])/g;

/** The values of a list, one of which is meant. */
export const valuesOfList = (parameter: string): string[] =>
  parameter.split(COMMA).map((value) => value.replaceAll(ESCAPE, '$1'));

/**
 * The values of a parameter of type token (https://hl7.org/fhir/R4/search.html#token), one of which is meant: `system|code`, or the
 * code alone.
 * @param name for what is told
 * @throws ProblemError VALIDATION_FAILED for any other form: a system alone, a code of no system, an escaped `|`
 */
export function tokensIn(name: string, parameter: string): string[] {
  return valuesOfList(parameter).map((token) => {
    const parts = token.split('|');
    if (token.includes('\\|') || parts.length > 2 || parts.includes(''))
      throw new ProblemError(
        'VALIDATION_FAILED',
        `${name}: codes as system|code, or the code alone; several with commas: one of them`,
      );
    return token;
  });
}
