import { afterEach, describe, expect, test } from '@jest/globals';
import { Type } from 'typebox';
import { contentTag, matches, versionTag } from './entity-tags.js';
import { FHIR_JSON } from './media-types.js';
import { ProblemError } from './problems.js';
import type { ServiceApp } from './service.js';
import { KitServices } from '../../testing/kit-services.js';

const services = new KitServices();
afterEach(() => services.close());

/** A thing of which there are versions, and how often it was read. */
async function newApp(thing: { version: number; reads: number }): Promise<ServiceApp> {
  const app = await services.open();
  const response = { 200: Type.Object({ version: Type.Integer() }) };
  app.get('/v1/thing', { config: { public: true }, schema: { response } }, async () => {
    thing.reads += 1;
    if (thing.version === 0) throw new ProblemError('NOT_FOUND', 'none');
    return { version: thing.version };
  });
  app.get('/v1/weak', { config: { public: true }, schema: { response } }, async (_request, reply) => {
    void reply.header('etag', `W/"${thing.version}"`);
    return { version: thing.version };
  });
  app.post('/v1/thing', { config: { public: true }, schema: { response } }, async () => ({
    version: thing.version,
  }));
  app.get(
    '/v1/record',
    {
      config: { public: true },
      schema: {
        response: {
          200: { description: 'FHIR', content: { [FHIR_JSON]: { schema: Type.Unsafe<string>({}) } } },
        },
      },
    },
    async (_request, reply) =>
      reply
        .type(FHIR_JSON)
        .header('etag', versionTag(thing.version))
        .serializer(String)
        .send('{"resourceType":"x"}'),
  );
  return app;
}

const get = (app: ServiceApp, url: string, ifNoneMatch?: string) =>
  app.inject({ url, headers: ifNoneMatch === undefined ? {} : { 'if-none-match': ifNoneMatch } });

describe('what is read again', () => {
  test('is 304 without a body while it is the same, and told once it is not', async () => {
    const thing = { version: 1, reads: 0 };
    const app = await newApp(thing);
    const first = await get(app, '/v1/thing');
    const tag = String(first.headers.etag);
    expect(tag).toMatch(/^"[\w-]{43}"$/);
    for (const header of [tag, `"other", ${tag}`, `W/${tag}`, '*']) {
      const again = await get(app, '/v1/thing', header);
      expect([again.statusCode, again.body, again.headers.etag, again.headers['content-type']]).toEqual([
        304,
        '',
        tag,
        undefined,
      ]);
    }
    // What reading does is done each time.
    expect(thing.reads).toBe(5);
    thing.version = 2;
    const changed = await get(app, '/v1/thing', tag);
    expect([changed.statusCode, changed.json(), changed.headers.etag === tag]).toEqual([
      200,
      { version: 2 },
      false,
    ]);
  });

  test('has the tag that its route gives it', async () => {
    const app = await newApp({ version: 7, reads: 0 });
    expect((await get(app, '/v1/record')).headers.etag).toBe('"7"');
    expect((await get(app, '/v1/record', '"7"')).statusCode).toBe(304);
    expect((await get(app, '/v1/record', '"6"')).statusCode).toBe(200);
  });

  test('a weak tag that its route gives it is compared weakly', async () => {
    const app = await newApp({ version: 1, reads: 0 });
    for (const tag of ['W/"1"', '"1"', '*'])
      expect([tag, (await get(app, '/v1/weak', tag)).statusCode]).toEqual([tag, 304]);
    expect((await get(app, '/v1/weak', 'W/"2"')).statusCode).toBe(200);
  });

  test('a refusal and the answer to a POST have no tag', async () => {
    const app = await newApp({ version: 0, reads: 0 });
    const refused = await get(app, '/v1/thing', '*');
    expect([refused.statusCode, refused.headers.etag]).toEqual([404, undefined]);
    const posted = await app.inject({ method: 'POST', url: '/v1/thing', headers: { 'if-none-match': '*' } });
    expect([posted.statusCode, posted.headers.etag]).toEqual([200, undefined]);
  });

  test('is described: header, tag, and 304 without a body', async () => {
    const app = await newApp({ version: 1, reads: 0 });
    const { paths } = (await app.inject('/openapi.json')).json<{ paths: Record<string, object> }>();
    for (const path of ['/v1/thing', '/v1/record'])
      expect(paths[path]).toMatchObject({
        get: {
          parameters: [expect.objectContaining({ name: 'if-none-match', in: 'header', required: false })],
          responses: { 200: { headers: { ETag: {} } }, 304: { headers: { ETag: {} } } },
        },
      });
  });
});

test.each([
  [undefined, true],
  ['*', true],
  ['"3"', true],
  ['"2", "3"', true],
  ['"2"', false],
  ['W/"3"', false],
  ['3', false],
  ['"3', false],
])('If-Match %j lets the third version through: %j', (header, isThrough) => {
  expect(matches(header, versionTag(3))).toBe(isThrough);
});

test('what is shown has another tag once any of it is another', () => {
  const shown = { id: 'a', stage: 'active' };
  expect(contentTag({ ...shown })).toBe(contentTag(shown));
  expect(contentTag({ ...shown, stage: 'withdrawn' })).not.toBe(contentTag(shown));
  expect(contentTag(shown)).toMatch(/^"[\w-]{43}"$/);
});
