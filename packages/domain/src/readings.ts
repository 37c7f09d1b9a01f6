import { Type, type Static } from 'typebox';
import { closedObject } from './closed-object.js';
import { Timestamp } from './time.js';

/** One measurement as it travels in a frame: measured time, LOINC code, value, UCUM unit. */
export const Reading = closedObject({
  t: Timestamp,
  code: Type.String({ pattern: '^[0-9]{1,7}-[0-9]$', description: 'LOINC code' }),
  value: Type.Number(),
  unit: Type.String({ minLength: 1, maxLength: 32, description: 'UCUM unit' }),
});
export type Reading = Static<typeof Reading>;
