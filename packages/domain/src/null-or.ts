import { Type, type TSchema } from 'typebox';

/** A member that is always there, and null where there is nothing to say. */
export const NullOr = <T extends TSchema>(type: T) => Type.Union([type, Type.Null()]);
