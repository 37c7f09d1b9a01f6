import { Type } from 'typebox';

const NAME_MAX_CHARS = 64;

export const Name = Type.String({ minLength: 1, maxLength: NAME_MAX_CHARS });
