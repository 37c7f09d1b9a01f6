import { canonicalJson, parseJsonObject, utf8 } from '@careledger/crypto';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readPlainPayload } from './plain-payload.js';

/** Digits that are exact, and those for which the text has to be read as JSON. */
const number = fc.oneof(
  fc.integer(),
  fc.integer({ min: -9_999, max: 9_999 }).map((hundredths) => hundredths / 100),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const text = fc.string({
  unit: fc.constantFrom('a', 'Z', '9', '-', '_', '{', ',', ':', 'µ', '\u2028'),
  maxLength: 12,
});
const reading = fc.record(
  { t: text, code: text, unit: text, value: number, comparator: fc.constantFrom('<', '>') },
  { requiredKeys: ['t', 'code', 'unit', 'value'] },
);
const payload = fc.record(
  {
    ...{ v: number, epoch: text, seq: number, prev: text, sent: text, by: text },
    readings: fc.array(reading, { minLength: 1, maxLength: 3 }),
  },
  { requiredKeys: ['v', 'epoch', 'seq', 'prev', 'sent', 'readings'] },
);
/** Pieces that make JSON something else, no JSON, or the same in other words. */
const piece = fc.constantFrom(
  ...[
    '"',
    '\\',
    '\\u0061',
    ',',
    ':',
    '{',
    '}',
    '[',
    ']',
    ' ',
    '\n',
    '\0',
    '\ud800',
    '0',
    '00',
    '-',
    '-0',
    '.',
    '1e3',
    '1.5',
  ],
  ...['"v":1', ',"v":1', '"v":1,', ',"epoch":"b"', '"t":"b",', '"value":2,', '"__proto__":1,', 'null', 'é'],
);

test('what most devices write is read without JSON.parse, to the same', () => {
  const usual = {
    v: 1,
    epoch: 'e',
    seq: 7,
    prev: 'p',
    sent: 's',
    readings: [{ t: 't', code: 'c', unit: 'u', value: -1.25 }],
  };
  const bySomebody = { ...usual, v: 2, by: 'agent', readings: [{ ...usual.readings[0], comparator: '<' }] };
  for (const made of [usual, bySomebody]) expect(readPlainPayload(canonicalJson(made))).toEqual(made);
  for (const value of [0.1, 123_456.789, 999_999_999_999_999, 0.000_001])
    expect(readPlainPayload(canonicalJson({ ...usual, seq: value }))).toEqual({ ...usual, seq: value });
});

test('a payload is read to what JSON.parse makes of it, or left to that', () => {
  fc.assert(
    fc.property(payload, (made) => {
      const plain = readPlainPayload(canonicalJson(made));
      if (plain !== undefined) expect(plain).toEqual(JSON.parse(canonicalJson(made)));
    }),
  );
});

test('no text is read that the strict reader refuses or takes for something else', () => {
  const edit = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), cut: fc.nat({ max: 3 }), piece });
  fc.assert(
    fc.property(payload, fc.array(edit, { minLength: 1, maxLength: 3 }), (made, edits) => {
      let edited = canonicalJson(made);
      for (const { at, cut, piece: put } of edits) {
        const start = Math.floor(at * edited.length);
        edited = edited.slice(0, start) + put + edited.slice(start + cut);
      }
      const plain = readPlainPayload(edited);
      if (plain === undefined) return;
      // Text comes from UTF-8, which has no lone surrogates.
      if (edited.isWellFormed()) expect(plain).toEqual(parseJsonObject(utf8(edited)));
    }),
    { numRuns: 5_000 },
  );
});

test.each(['01', '-01', '1.', '.5', '-', '+1', '1e3', '1_0', '0x1', '', '1234567890123456'])(
  'the number %s is left to the strict reader',
  (value) => {
    const edited = canonicalJson({
      v: 1,
      epoch: 'e',
      seq: 7,
      prev: 'p',
      sent: 's',
      readings: [{ t: 't', code: 'c', unit: 'u', value: 5 }],
    });
    expect(readPlainPayload(edited.replace('"seq":7', `"seq":${value}`))).toBeUndefined();
  },
);
