import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Value } from 'typebox/value';
import { readTextValues } from './text-values.js';

/**
 * Checks requests with TypeBox. Bodies are taken as they are (a "5" is no number); parameters, query
 * and headers are text and therefore read by their schema's types, and get its defaults.
 */
export const typeboxValidatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const compiled = Compile(schema);
  return (value: unknown) => {
    const checked = httpPart === 'body' ? value : readTextValues(schema, Value.Default(schema, value));
    if (compiled.Check(checked)) return { value: checked };
    return { error: faultsOf(compiled.Errors(checked)) };
  };
};

type Fault = ReturnType<ReturnType<typeof Compile>['Errors']>[number];

/** Each member too many is a fault at its own place, and is told by it; TypeBox then sums them up as one more of the whole. */
const faultsOf = (faults: readonly Fault[]): Fault[] =>
  faults
    .filter(({ keyword }) => keyword !== 'additionalProperties')
    .map((fault) => (fault.keyword === 'boolean' ? { ...fault, message: 'must not be there' } : fault));
