import { describe, expect, test } from '@jest/globals';
import { nameSchemas } from './openapi-named.js';

const Period = { title: 'Period', type: 'object', properties: { start: { type: 'string' } } };
const Grant = { title: 'Grant', type: 'object', properties: { period: Period, title: { type: 'string' } } };
const described = (...schemas: readonly object[]) => ({
  paths: Object.fromEntries(schemas.map((schema, index) => [`/${index}`, { get: { schema } }])),
  components: { schemas: { Problem: { type: 'object' } } },
});

describe('a schema with a title', () => {
  test('stands once among the components, with what it has in it, and is referred to', () => {
    const list = { type: 'array', items: Grant, default: [Period] };
    const { components, paths } = nameSchemas(described(list, { anyOf: [Period, { type: 'null' }] }));
    expect(Object.keys(components.schemas)).toEqual(['Grant', 'Period', 'Problem']);
    expect(components.schemas).toMatchObject({
      Grant: {
        type: 'object',
        properties: { period: { $ref: '#/components/schemas/Period' }, title: { type: 'string' } },
      },
      Period: { type: 'object', properties: { start: { type: 'string' } } },
    });
    expect(paths).toEqual({
      '/0': {
        // What is a value stays as it is.
        get: { schema: { type: 'array', items: { $ref: '#/components/schemas/Grant' }, default: [Period] } },
      },
      '/1': { get: { schema: { anyOf: [{ $ref: '#/components/schemas/Period' }, { type: 'null' }] } } },
    });
  });

  test('that another one has is refused, and so is one that is no name', () => {
    expect(() => nameSchemas(described(Period, { ...Period, type: 'array' }))).toThrow(
      'Two schemas are called Period',
    );
    expect(() => nameSchemas(described({ ...Period, title: 'A period' }))).toThrow('a title is a name');
  });
});
