import { Type } from 'typebox';

const NAME_MAX_CHARS = 64;

export const NullOr = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) =>
  Type.Union([type, Type.Null()]);
export const Name = Type.String({ minLength: 1, maxLength: NAME_MAX_CHARS });
