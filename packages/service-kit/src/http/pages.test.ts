import { afterEach, expect, test } from '@jest/globals';
import { Type } from 'typebox';
import { Next, fromCursor, pageOfRows, pageQuery, toCursor } from './pages.js';
import type { ServiceApp } from './service.js';
import { KitServices } from '../../testing/kit-services.js';

const services = new KitServices();
afterEach(() => services.close());

const ROWS = ['a', 'b', 'c', 'd', 'e'];

async function newApp(): Promise<ServiceApp> {
  const app = await services.open();
  app.get(
    '/v1/letters',
    {
      config: { public: true },
      schema: {
        querystring: Type.Object({
          like: Type.Optional(Type.String()),
          ...pageQuery({ byDefault: 2, max: 3 }),
        }),
        response: { 200: Type.Object({ letters: Type.Array(Type.String()), next: Next }) },
      },
    },
    async ({ query: { cursor, limit } }) => {
      const after = cursor === undefined ? '' : fromCursor(cursor, Type.String());
      const found = ROWS.filter((letter) => letter > after).slice(0, limit + 1);
      const { rows, next } = pageOfRows(found, limit, (letter) => letter);
      return { letters: [...rows], next };
    },
  );
  return app;
}

const pageAt = async (app: ServiceApp, url: string) => {
  const { headers, statusCode, body } = await app.inject(url);
  const link = typeof headers.link === 'string' ? /^<(.*)>; rel="next"$/.exec(headers.link)?.[1] : undefined;
  return { status: statusCode, link, body: JSON.parse(body) as { letters: string[]; next: string | null } };
};

test('following the header Link meets every row once, the last page included', async () => {
  const app = await newApp();
  for (const limit of [1, 2, 3]) {
    const found: string[] = [];
    let url: string | undefined = `/v1/letters?like=x&limit=${limit}`;
    while (url !== undefined) {
      const page: Awaited<ReturnType<typeof pageAt>> = await pageAt(app, url);
      found.push(...page.body.letters);
      expect(new URL(page.link ?? '', 'http://x').searchParams.get('cursor')).toBe(page.body.next);
      if (page.link !== undefined) expect(page.link).toContain(`like=x&limit=${limit}`);
      url = page.link;
    }
    expect([limit, found]).toEqual([limit, ROWS]);
  }
});

test('a cursor that no list gave is refused, and so is that of another list', async () => {
  const app = await newApp();
  for (const cursor of ['x', '%20', 'bm9uZQ', toCursor(7), toCursor({ a: 1 })])
    expect(await pageAt(app, `/v1/letters?cursor=${cursor}`)).toMatchObject({
      status: 422,
      body: { code: 'CURSOR_INVALID' },
    });
  expect(await pageAt(app, `/v1/letters?cursor=${'x'.repeat(3_000)}`)).toMatchObject({ status: 400 });
});

test('a list is described with its cursor, what follows it and the header', async () => {
  const app = await newApp();
  const { paths } = (await app.inject({ url: '/openapi.json' })).json<{ paths: Record<string, object> }>();
  expect(paths['/v1/letters']).toMatchObject({
    get: {
      parameters: expect.arrayContaining([
        expect.objectContaining({ name: 'cursor', in: 'query', required: false }),
      ]),
      responses: { 200: { headers: { Link: {} } } },
    },
  });
  expect(JSON.stringify(paths['/livez'])).not.toContain('Link');
});
