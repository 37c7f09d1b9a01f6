import { expect, test } from '@jest/globals';
import { base64urlnopad } from '@scure/base';
import { randomBytes } from 'node:crypto';
import {
  canonicalJson,
  concatBytes,
  fromBase32,
  fromBase64url,
  fromHex,
  fromUtf8,
  parseJson,
  toBase32,
  toBase64url,
  toHex,
  utf8,
} from './index.js';

test('every length survives base64url, base32 and hex, and our decoder agrees with the library', () => {
  for (let length = 0; length < 100; length++) {
    const bytes = new Uint8Array(randomBytes(length));
    expect(fromBase64url(toBase64url(bytes))).toEqual(bytes);
    expect(base64urlnopad.decode(toBase64url(bytes))).toEqual(bytes);
    expect(fromBase32(toBase32(bytes))).toEqual(bytes);
    expect(fromHex(toHex(bytes))).toEqual(bytes);
  }
});

test('base64url has one spelling: no padding, other alphabet, space, impossible length or trailing bits', () => {
  for (const text of [
    'QQ==',
    'Q',
    'QR',
    'QUJ',
    'Q+==',
    'ab+c',
    'ab/c',
    'QQ\n',
    ' QUI',
    'QUé',
    'QU\u{1F600}',
    'AA=A',
  ]) {
    expect(() => fromBase64url(text)).toThrow(expect.objectContaining({ code: 'BASE64URL_INVALID' }));
  }
});

test('base32 and hex are lower case only', () => {
  expect(toBase32(utf8('foobar'))).toBe('mzxw6ytboi');
  for (const text of ['MZXW6', 'mz======', 'm', 'm1', 'mb']) {
    expect(() => fromBase32(text)).toThrow(expect.objectContaining({ code: 'BASE32_INVALID' }));
  }
  for (const text of ['AB', 'abc', '0x', 'zz']) {
    expect(() => fromHex(text)).toThrow(expect.objectContaining({ code: 'HEX_INVALID' }));
  }
});

test('UTF-8 is strict both ways', () => {
  expect(fromUtf8(concatBytes(utf8('a'), utf8('ü€😀')))).toBe('aü€😀');
  expect(() => utf8('\ud800')).toThrow(expect.objectContaining({ code: 'UTF8_INVALID' }));
  for (const bytes of [[0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0xff]]) {
    expect(() => fromUtf8(Uint8Array.from(bytes))).toThrow(expect.objectContaining({ code: 'UTF8_INVALID' }));
  }
});

test('canonical JSON refuses what JSON cannot say instead of dropping it', () => {
  class Glucose {
    mgDl = 54;
  }
  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  const sparse: number[] = [];
  sparse[1] = 1;
  for (const value of [
    undefined,
    { a: undefined },
    [undefined],
    sparse,
    NaN,
    { a: [Infinity] },
    10n,
    () => 1,
    Symbol('s'),
    new Date(),
    new Glucose(),
    new Map(),
    { toJSON: () => 1 },
    '\udead',
    { '\udead': 1 },
    cycle,
  ]) {
    expect(() => canonicalJson(value)).toThrow(expect.objectContaining({ code: 'JSON_NOT_CANONICALIZABLE' }));
  }
});

test('colons and quotes inside strings are not taken for members', () => {
  expect(parseJson(utf8('{"a:b":"\\":\\\\","c":[{"d":":"},{"d":":"}]}'))).toEqual({
    'a:b': '":\\',
    c: [{ d: ':' }, { d: ':' }],
  });
});

/** What JSON.parse of the engine makes of an escaped name depends on what it has read before in this process. */
test('the same bytes are the same value, whatever was read before', () => {
  const text = '{"subject":1,"\\u0073ub":2}';
  for (let i = 0; i < 3; i++) parseJson(utf8('{"subject":1,"\\\\u0":2}'));
  expect(parseJson(utf8(text))).toEqual({ subject: 1, sub: 2 });
});

test('a member twice in two spellings is found, whatever was read before', () => {
  for (let i = 0; i < 3; i++) parseJson(utf8('{"subject":1,"\\\\u0073u":2}'));
  expect(() => parseJson(utf8('{"subject":1,"\\u0073ubject":2}'))).toThrow(
    expect.objectContaining({ code: 'JSON_DUPLICATE_KEY' }),
  );
});

test('names with escapes do not go deeper than others', () => {
  const nested = (levels: number) => utf8('{"\\u0061":'.repeat(levels) + '0' + '}'.repeat(levels));
  expect(parseJson(nested(32))).toBeDefined();
  expect(() => parseJson(nested(33))).toThrow(expect.objectContaining({ code: 'JSON_INVALID' }));
});
