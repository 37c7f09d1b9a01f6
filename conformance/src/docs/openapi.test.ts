import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { exampleFaults } from './openapi-examples.js';
import { openApiDocuments, type OpenApiDocument, type OpenApiOperation } from './openapi-documents.js';
import { inlineSchemas } from './openapi-inline.js';
import { redocly, spectral } from './openapi-judges.js';

const TIMEOUT_MS = 120_000;
const PROGRAMS = ['gateway', 'api', 'cloud'] as const;
type Program = (typeof PROGRAMS)[number];

let dir: string;
let documents: ReadonlyMap<Program, OpenApiDocument>;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'careledger-judges-'));
  documents = await openApiDocuments();
  for (const [program, document] of documents)
    await writeFile(join(dir, `${program}.json`), JSON.stringify(document));
}, TIMEOUT_MS);
afterAll(() => rm(dir, { recursive: true }));

const documentOf = (program: Program): OpenApiDocument => {
  const document = documents.get(program);
  if (document === undefined) throw new RangeError(`No document of ${program}`);
  return document;
};

interface Named extends OpenApiOperation {
  /** `METHOD /path`. */
  readonly name: string;
}

const operationsOf = (program: Program): Named[] =>
  Object.entries(inlineSchemas(documentOf(program)).paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...operation,
      name: `${method.toUpperCase()} ${path}`,
    })),
  );

describe.each(PROGRAMS)('the description of %s', (program) => {
  test.each([redocly, spectral])(
    'passes $name, without errors or warnings',
    async ({ faultsOf }) => {
      expect(await faultsOf(join(dir, `${program}.json`))).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test('gives every operation a name of its own', () => {
    const names = operationsOf(program).map(({ operationId }) => operationId);
    expect(names.filter((name) => !/^[a-z][A-Za-z]+$/.test(name))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });

  test('lets out of every request what has a default', () => {
    const demanded = operationsOf(program).flatMap(({ name, parameters = [] }) =>
      parameters
        .filter(({ in: place, required, schema }) => place !== 'path' && required && 'default' in schema)
        .map((parameter) => `${name} ${parameter.name}`),
    );
    expect(demanded).toEqual([]);
  });

  test('has an example of every body, answer and problem, which is as its schema says', () => {
    expect(exampleFaults(documentOf(program))).toEqual([]);
  });

  test('has one schema of each thing: what is large and comes twice has a name', () => {
    expect(repeatedSchemas(documentOf(program))).toEqual([]);
  });

  test('has no tuple of JSON Schema draft-07', () => {
    expect(draft07Tuples(documentOf(program), '')).toEqual([]);
  });

  test('has the problems of every operation, as problem details and for FHIR clients', () => {
    for (const { name, parameters = [], requestBody, responses, security } of operationsOf(program)) {
      const expected = [
        '400',
        '500',
        '503',
        ...(requestBody ? ['413', '415'] : []),
        ...(security.length > 0 ? ['401', '403'] : []),
        ...(parameters.some(({ in: place }) => place === 'path') ? ['414'] : []),
      ];
      expect([name, Object.keys(responses)]).toEqual([name, expect.arrayContaining(expected)]);
      for (const [status, { content = {} }] of Object.entries(responses))
        if (/^[45]/.test(status) && !('application/json' in content))
          expect([name, status, Object.keys(content)]).toEqual([
            name,
            status,
            ['application/problem+json', 'application/fhir+json'],
          ]);
    }
  });
});

test.each([redocly, spectral])(
  '$name finds what a description lacks',
  async ({ faultsOf }) => {
    const { paths, ...others } = documentOf('cloud');
    const file = join(dir, 'spoiled.json');
    const nameless = { ...paths['/livez']?.['get'], operationId: undefined };
    const spoiled = { ...others, paths: { ...paths, '/livez': { get: nameless } } };
    await writeFile(file, JSON.stringify(spoiled));
    expect(await faultsOf(file)).toEqual([expect.stringMatching(/^operation-operationId at .*livez/)]);
  },
  TIMEOUT_MS,
);

test('an example that is missing, or not as its schema says, is found', () => {
  const document = documentOf('cloud');
  const path = '/v1/visits';
  const { post } = document.paths[path] ?? {};
  if (post === undefined) throw new RangeError(`No POST ${path}`);
  const spoiled = (
    content: Readonly<Record<string, object>>,
    codes: Readonly<Record<string, { readonly value: unknown }>>,
  ) => ({
    components: { ...document.components, examples: codes },
    paths: { [path]: { post: { ...post, responses: { '201': { description: '', content } } } } },
  });
  const { schema } = post.responses['201']?.content?.['application/json'] as { schema: object };
  const { examples } = document.components;
  expect(exampleFaults(spoiled({ 'application/json': { schema } }, examples))).toEqual([
    'POST /v1/visits 201 application/json: no example',
  ]);
  expect(
    exampleFaults(spoiled({ 'application/json': { schema, example: { txId: 'none' } } }, examples)),
  ).toEqual([
    expect.stringMatching(/^POST \/v1\/visits 201 application\/json example: .*txId must match pattern/),
  ]);
});

test('the codes of a route stand under their status', () => {
  const { responses } =
    operationsOf('gateway').find(
      ({ name }) => name === 'POST /v1/patients/{patientId}/grants/{grantId}/revoke',
    ) ?? {};
  expect(responses?.['404']?.description).toContain('`GRANT_NOT_FOUND`');
  expect(responses?.['429']?.description).toContain('`PASSPHRASE_BACKOFF`');
});

test('frames are described as what devices send: a JWS, with the device’s own token', () => {
  const frames = operationsOf('gateway').find(({ name }) => name === 'POST /v1/frames');
  expect(Object.keys(frames?.requestBody?.content ?? {})).toEqual(['application/jose']);
  expect(frames?.security).toEqual([{ device: [] }]);
});

test('a record is described as what an authority gives: FHIR, which is JSON to who asks for that', () => {
  const open = operationsOf('api').find(({ name }) => name === 'GET /v1/records/{recordId}');
  expect(Object.keys(open?.responses['200']?.content ?? {})).toEqual([
    'application/fhir+json',
    'application/json',
  ]);
});

test('every list comes in pages: with a cursor, a limit, and what follows', () => {
  const faults = PROGRAMS.flatMap((program) =>
    operationsOf(program).flatMap(({ name, parameters = [], responses }) => {
      const content = responses['200']?.content?.['application/json'] as
        { schema?: { properties?: Record<string, { type?: string }> } } | undefined;
      const properties = content?.schema?.properties ?? {};
      const isList = Object.values(properties).some(({ type }) => type === 'array');
      const query = parameters.flatMap(({ in: place, name: parameter }) =>
        place === 'query' ? [parameter] : [],
      );
      const isPaged = 'next' in properties && query.includes('cursor') && query.includes('limit');
      return name.startsWith('GET ') && isList !== isPaged ? [`${program} ${name}`] : [];
    }),
  );
  // What these name is one thing's own, or bounded by the configuration (recoveries: one for each organisation with a role in them)
  // or by what may be given (numbers);
  // what the outbox shows says how many there are.
  expect(faults.sort()).toEqual([
    'api GET /v1/patients/{patientId}/numbers',
    'api GET /v1/records/{recordId}',
    'api GET /v1/recoveries',
    'api GET /v1/subscriptions/{subscriptionId}',
    'cloud GET /v1/records/{recordId}/versions/{version}/wraps',
    'gateway GET /v1/outbox',
    'gateway GET /v1/patients/{patientId}',
    'gateway GET /v1/patients/{patientId}/copies',
    'gateway GET /v1/patients/{patientId}/grants/{grantId}',
    'gateway GET /v1/patients/{patientId}/recoveries',
    'gateway GET /v1/patients/{patientId}/subscriptions/{subscriptionId}',
    'gateway GET /v1/statistics',
  ]);
});

test('no limit stands before a danger or before who watches a service, and one stands before everything else', () => {
  const unlimited = PROGRAMS.flatMap((program) =>
    operationsOf(program)
      .filter(({ responses }) => !('429' in responses))
      .map(({ name }) => `${program} ${name}`),
  );
  const watching = ['GET /livez', 'GET /metrics', 'GET /readyz'];
  expect(unlimited.sort()).toEqual(
    [
      ...PROGRAMS.flatMap((program) => watching.map((name) => `${program} ${name}`)),
      'api POST /v1/emergency-notices',
      'gateway GET /v1/device/head',
      'gateway POST /v1/frames',
    ].sort(),
  );
});

/** Unsafe routes without an `Idempotency-Key`: why the same request again has no other effect. */
const KNOWN_BY_ITSELF: Readonly<Record<string, string>> = {
  'api DELETE /v1/practitioners/{practitionerId}': 'who is withdrawn stays so',
  'api DELETE /v1/subscriptions/{subscriptionId}': 'what is cancelled stays so',
  'api POST /v1/emergency-notices': 'known by the id of the statement; no key may refuse a danger',
  'api PUT /v1/patients/{patientId}/numbers': 'they are replaced as a whole',
  'cloud PUT /v1/records/{recordId}/versions/{version}': 'a version is stored once',
  'cloud PUT /v1/records/{recordId}/versions/{version}/wraps': 'a set of wraps has a number',
  'gateway POST /v1/frames': 'a frame has its place in the device’s chain; no key may refuse a danger',
  'gateway PUT /v1/patients/{patientId}/standing-policy': 'known by the ids of its statements',
};

test('every route that changes something takes an Idempotency-Key, or is known by itself', () => {
  const takesKey = ({ parameters = [] }: OpenApiOperation) =>
    parameters.some(({ name }) => name === 'idempotency-key');
  const isUnsafe = ({ name }: Named) => !name.startsWith('GET ') && !name.startsWith('HEAD ');
  const unlike = PROGRAMS.flatMap((program) =>
    operationsOf(program)
      .filter((operation) => takesKey(operation) !== isUnsafe(operation))
      .map(({ name }) => `${program} ${name}`),
  );
  expect(unlike.sort()).toEqual(Object.keys(KNOWN_BY_ITSELF).sort());
});

/** Longer than this, as JSON, a schema that comes twice has to have a title. */
const REPEATED_MAX_CHARS = 400;

/** Pointers to objects that are described as another one is, word for word. */
function repeatedSchemas({ paths, components: { schemas } }: OpenApiDocument): string[] {
  const seen = new Set<string>();
  const repeated: string[] = [];
  const look = (value: unknown, at: string): void => {
    if (typeof value !== 'object' || value === null) return;
    const text = JSON.stringify(value);
    if ('properties' in value && text.length > REPEATED_MAX_CHARS) {
      if (seen.has(text)) repeated.push(at);
      seen.add(text);
    }
    for (const [name, member] of Object.entries(value))
      if (!/^(?:examples?|parameters)$/.test(name)) look(member, `${at}/${name}`);
  };
  look({ paths, schemas }, '');
  return repeated;
}

/** Pointers to `items` that is a list. */
function draft07Tuples(value: unknown, pointer: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const at = `${pointer}/${name}`;
    // Examples are values: what they call items is theirs.
    if (/^examples?$/.test(name)) return [];
    return [...(name === 'items' && Array.isArray(member) ? [at] : []), ...draft07Tuples(member, at)];
  });
}
