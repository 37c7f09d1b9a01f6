import { expect, test } from '@jest/globals';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { closedObject } from './closed-object.js';

const Named = closedObject({ name: Type.String() }, { description: 'somebody' });

test('a member that the schema does not name is refused, whatever else it holds', () => {
  expect(Value.Check(Named, { name: 'a' })).toBe(true);
  expect(Value.Check(Named, { name: 'a', role: 'admin' })).toBe(false);
  expect(Value.Check(Named, {})).toBe(false);
});

test('it is the JSON Schema of a closed object, with what else is said of it', () => {
  expect(JSON.parse(JSON.stringify(Named))).toEqual({
    type: 'object',
    required: ['name'],
    properties: { name: { type: 'string' } },
    additionalProperties: false,
    description: 'somebody',
  });
});
