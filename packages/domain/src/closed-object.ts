import { Type, type TObject, type TObjectOptions, type TProperties } from 'typebox';

/** An object that has these members and no other: what is not named is refused, so that nobody reads it as meant. */
export const closedObject = <P extends TProperties>(
  properties: P,
  options: Omit<TObjectOptions, 'additionalProperties'> = {},
): TObject<P> => Type.Object(properties, { ...options, additionalProperties: false });
