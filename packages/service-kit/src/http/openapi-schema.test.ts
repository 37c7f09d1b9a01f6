import { expect, test } from '@jest/globals';
import { Type } from 'typebox';
import { withExamples } from './examples.js';
import { toOpenApiSchema } from './openapi-schema.js';

test('a tuple is written as JSON Schema 2020-12 has it, however deep it lies', () => {
  const blocks = Type.Tuple([Type.String(), Type.Integer()]);
  const written = toOpenApiSchema({
    response: { 200: Type.Object({ forks: Type.Array(Type.Object({ blocks })) }) },
  });
  expect(JSON.parse(JSON.stringify(written))).toMatchObject({
    response: {
      200: {
        properties: {
          forks: {
            items: {
              properties: {
                blocks: {
                  prefixItems: [{ type: 'string' }, { type: 'integer' }],
                  items: { not: {} },
                  minItems: 2,
                },
              },
            },
          },
        },
      },
    },
  });
  expect(JSON.stringify(written)).not.toContain('additionalItems');
});

test('a tuple of one kind is written as a list of so many', () => {
  const blocks = Type.Tuple([Type.String({ pattern: 'a' }), Type.String({ pattern: 'a' })]);
  const written = toOpenApiSchema({ response: { 200: Type.Object({ blocks }) } });
  expect(JSON.parse(JSON.stringify(written))).toMatchObject({
    response: {
      200: {
        properties: {
          blocks: { type: 'array', items: { type: 'string', pattern: 'a' }, minItems: 2, maxItems: 2 },
        },
      },
    },
  });
});

test('what has a default may be left out of query and headers, and the route’s own schema is untouched', () => {
  const querystring = Type.Object({ limit: Type.Integer({ default: 20 }), from: Type.String() });
  const written = toOpenApiSchema({ querystring, body: Type.Object({ n: Type.Integer({ default: 1 }) }) });
  expect(written).toMatchObject({ querystring: { required: ['from'] }, body: { required: ['n'] } });
  expect(querystring.required).toEqual(['limit', 'from']);
});

test('examples are left as they are, whatever their members are called', () => {
  const answer = withExamples(Type.Object({ items: Type.Array(Type.Integer()) }), { items: [1, 2] });
  expect(toOpenApiSchema({ response: { 200: answer } })).toMatchObject({
    response: { 200: { examples: [{ items: [1, 2] }] } },
  });
});

test('an integer that is text is one that can be read: no larger than JavaScript has', () => {
  const page = Type.Object({ from: Type.Integer(), limit: Type.Integer({ minimum: 1, maximum: 9 }) });
  const properties = {
    from: { minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
    limit: { minimum: 1, maximum: 9 },
  };
  const written = toOpenApiSchema({ querystring: page, params: page, headers: page });
  expect(written).toMatchObject({
    querystring: { properties },
    params: { properties },
    headers: { properties },
  });
});
