import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { alteredText } from '../../testing/altered.js';
import { jsonValue } from '../../testing/json-value.js';
import { CryptoError, canonicalJson, parseJson, utf8 } from './index.js';

/** JSON as it is written, before anybody has read it: an object is a list in which a name may be there twice. */
type Written =
  | { readonly text: string }
  | { readonly items: readonly Written[] }
  | { readonly members: readonly (readonly [name: string, value: Written])[] };

const name = fc.oneof(
  fc.constantFrom('a', 'b', ':', '"', '\\', '\\u0', '__proto__'),
  fc.string({ maxLength: 3 }),
);
const { written } = fc.letrec<{ written: Written }>((tie) => ({
  written: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.json({ maxDepth: 0 }).map((text) => ({ text })),
    fc.array(tie('written'), { maxLength: 4 }).map((items) => ({ items })),
    fc.array(fc.tuple(name, tie('written')), { maxLength: 4 }).map((members) => ({ members })),
  ),
}));

const UNICODE_ESCAPE_DIGITS = 4;
/** Every second text has its names written in escapes and white space around the separators. */
function textOf(value: Written, isSpaced: boolean): string {
  const spelled = (text: string): string =>
    isSpaced
      ? `"${Array.from({ length: text.length }, (_, i) => {
          return `\\u${text.charCodeAt(i).toString(16).padStart(UNICODE_ESCAPE_DIGITS, '0')}`;
        }).join('')}"`
      : JSON.stringify(text);
  const space = isSpaced ? ' \n' : '';
  if ('text' in value) return value.text;
  if ('items' in value) return `[${value.items.map((item) => textOf(item, !isSpaced)).join(`${space},`)}]`;
  const members = value.members.map(([key, item]) => `${spelled(key)}${space}:${textOf(item, !isSpaced)}`);
  return `{${members.join(`,${space}`)}}`;
}

/** What the text means, without `JSON.parse` of an object. */
function meant(value: Written): unknown {
  if ('text' in value) return JSON.parse(value.text);
  if ('items' in value) return value.items.map(meant);
  return Object.fromEntries(value.members.map(([key, item]) => [key, meant(item)]));
}

function namesTwice(value: Written): boolean {
  if ('text' in value) return false;
  if ('items' in value) return value.items.some(namesTwice);
  const names = value.members.map(([key]) => key);
  return new Set(names).size !== names.length || value.members.some(([, item]) => namesTwice(item));
}

const codeOf = (act: () => unknown): string | undefined => {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof CryptoError) return error.code;
    throw error;
  }
};

test('a text is refused exactly if an object in it names a member twice, in whatever spelling', () => {
  fc.assert(
    fc.property(written, fc.boolean(), (value, isSpaced) => {
      const text = textOf(value, isSpaced);
      const read = () => parseJson(utf8(text));
      if (namesTwice(value)) expect(codeOf(read)).toBe('JSON_DUPLICATE_KEY');
      else expect(read()).toEqual(meant(value));
    }),
    { numRuns: 500 },
  );
});

test('where no name has an escape, all is read as JSON.parse reads it; nothing else is taken for JSON', () => {
  const plain = fc.constantFrom(...'ab:{}[],0 ü');
  const texts = fc
    .jsonValue({ maxDepth: 3, stringUnit: plain })
    .map((json) => JSON.stringify(json))
    .chain((text) => fc.oneof(fc.constant(text), alteredText(text)));
  fc.assert(
    fc.property(texts, (text) => {
      fc.pre(text.isWellFormed() && !text.includes('\\'));
      const read = () => parseJson(utf8(text));
      const code = codeOf(read);
      if (code === undefined) expect(read()).toEqual(JSON.parse(text));
      else if (code === 'JSON_INVALID') expect(() => JSON.parse(text)).toThrow(SyntaxError);
      else expect(code).toBe('JSON_DUPLICATE_KEY');
    }),
    { numRuns: 500 },
  );
});

const value = jsonValue(3);

test('canonical JSON means the same value, and is what that value is written as', () => {
  fc.assert(
    fc.property(value, (json) => {
      const text = canonicalJson(json);
      expect(parseJson(utf8(text))).toEqual(json);
      expect(canonicalJson(parseJson(utf8(text)))).toBe(text);
    }),
  );
});

test('the order of the members makes no difference', () => {
  const reversed = (json: unknown): unknown => {
    if (typeof json !== 'object' || json === null) return json;
    if (Array.isArray(json)) return json.map(reversed);
    return Object.fromEntries(
      Object.entries(json)
        .reverse()
        .map(([key, item]) => [key, reversed(item)]),
    );
  };
  fc.assert(fc.property(value, (json) => expect(canonicalJson(reversed(json))).toBe(canonicalJson(json))));
});
