import { Type, type Static, type TSchema } from 'typebox';

/**
 * A schema with values that it takes. As a route's body or answer, the OpenAPI description shows them there; the test of the
 * descriptions demands one of every body and of every answer.
 */
export const withExamples = <S extends TSchema>(
  schema: S,
  ...examples: readonly [Static<S>, ...Static<S>[]]
): S => Type.With<TSchema, TSchema>(schema, { examples }) as S;
