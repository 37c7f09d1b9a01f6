import { MAX_JSON_DEPTH } from '@careledger/crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Type } from 'typebox';
import { KitServices, urlOf } from '../../testing/kit-services.js';

const services = new KitServices();
afterEach(() => services.close());

/** A service that shows what it read, over real HTTP. */
async function doorUrl(): Promise<string> {
  const app = await services.open();
  app.post('/read', { config: { public: true }, schema: { body: Type.Unknown() } }, async ({ body }) => ({
    read: body,
  }));
  return `${await urlOf(app)}/read`;
}

async function post(url: string, body: string | Uint8Array, type = 'application/json') {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': type },
    body: typeof body === 'string' ? body : Buffer.from(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

describe('what two readers could read differently never gets in', () => {
  test.each([
    ['a value that is 5.4 first and 54 last', '{"value":5.4,"value":54}', 'JSON_DUPLICATE_KEY'],
    ['a name in two spellings', '{"a":1,"\\u0061":2}', 'JSON_DUPLICATE_KEY'],
    ['a name twice deep within', '{"entry":[{"x":{"a":1,"a":1}}]}', 'JSON_DUPLICATE_KEY'],
    ['a byte that is no UTF-8', Uint8Array.of(0x22, 0xff, 0x22), 'UTF8_INVALID'],
    ['an overlong quote', Uint8Array.of(0x22, 0xc0, 0xa2, 0x22), 'UTF8_INVALID'],
    ['a surrogate in UTF-8', Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22), 'UTF8_INVALID'],
    ['UTF-16', Buffer.from('{"a":1}', 'utf16le'), 'JSON_INVALID'],
    ['a nesting of 33 levels', nested(MAX_JSON_DEPTH + 1), 'JSON_INVALID'],
    ['two values', '{} {}', 'JSON_INVALID'],
  ])('%s is refused, and the answer says why', async (_name, body, reason) => {
    const url = await doorUrl();
    for (const type of ['application/json', 'application/fhir+json; charset=utf-8']) {
      const answer = await post(url, body, type);
      expect(answer).toMatchObject({
        status: 400,
        body: { code: 'MALFORMED_BODY', reason, detail: expect.stringMatching(/JSON|UTF-8/) },
      });
    }
  });

  test('a member that reaches for a prototype, and an empty body, are refused', async () => {
    const url = await doorUrl();
    const poisoned = [
      '{"a":[{"__proto__":{"role":"ops"}}]}',
      '{"\\u005f_proto__":1}',
      '{"constructor":{"prototype":{}}}',
    ];
    for (const body of [...poisoned, ''])
      expect(await post(url, body)).toMatchObject({ status: 400, body: { code: 'MALFORMED_BODY' } });
  });

  test('what is at the limits is read, and the size is still bounded', async () => {
    const url = await doorUrl();
    const fine = `{"a":${nested(MAX_JSON_DEPTH - 1)},"é\\"a\\":":[":",{"a":1}]}`;
    expect(await post(url, fine)).toEqual({ status: 200, body: { read: JSON.parse(fine) } });
    expect(await post(url, fine, 'application/fhir+json; fhirVersion=4.0')).toMatchObject({ status: 200 });
    for (const type of ['application/json', 'application/fhir+json'])
      expect(await post(url, JSON.stringify('x'.repeat(2_000)), type)).toMatchObject({ status: 413 });
    expect(await post(url, fine, 'application/jsonx')).toMatchObject({ status: 415 });
  });
});
