import { Compile, type Validator } from 'typebox/compile';
import type { TProperties, TSchema } from 'typebox';

const validators = new WeakMap<TSchema, Validator>();

/** The validator of a schema that is there as long as the program: compiled when it is first asked for. */
export function compiled<S extends TSchema>(schema: S): Validator<TProperties, S> {
  const known = validators.get(schema) ?? Compile(schema);
  validators.set(schema, known);
  return known as Validator<TProperties, S>;
}
