import { Type, type Static } from 'typebox';
import { Timestamp } from './time.js';

/** One measurement as it travels in a frame: measured time, LOINC code, value, UCUM unit. */
export const Reading = Type.Object(
  {
    t: Timestamp,
    code: Type.String({ pattern: '^[0-9]{1,7}-[0-9]$', description: 'LOINC code' }),
    value: Type.Number(),
    unit: Type.String({ minLength: 1, maxLength: 32, description: 'UCUM unit' }),
  },
  { additionalProperties: false },
);
export type Reading = Static<typeof Reading>;
