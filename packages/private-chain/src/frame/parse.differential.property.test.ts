import {
  CryptoError,
  canonicalJson,
  fromUtf8,
  parseJws,
  readJwsPayload,
  toBase64url,
} from '@careledger/crypto';
import { alteredText } from '@careledger/crypto/testing';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { device, hashNamed } from '../../testing/fixtures.js';
import { FrameError } from '../errors.js';
import { MAX_FRAME_BYTES } from '../limits.js';
import { FRAME_TYP } from './frame.js';
import { makeFrame } from './make.js';
import { parseFrame } from './parse.js';
import { readFramePayload } from './payload.js';

/** What comes of a token: its frame, or the refusal and the frame that it names. */
type Outcome = object;

function outcomeOf(read: () => object): Outcome {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    return { code: error.code, seq: error.seq };
  }
}

/** Reads a frame by the readers that read anything, and by no other. */
function readByRule(token: Uint8Array): Outcome {
  return outcomeOf(() => {
    try {
      const jws = parseJws(fromUtf8(token));
      const { typ, kid } = jws.header;
      if (typ !== FRAME_TYP) throw new FrameError('FRAME_TYPE_WRONG', typ);
      const { signingInput, signature } = jws;
      return readFramePayload(readJwsPayload(jws), { kid, signingInput, signature });
    } catch (cause) {
      if (cause instanceof CryptoError) throw new FrameError('FRAME_MALFORMED', cause.message, { cause });
      throw cause;
    }
  });
}

/** Bytes of one kind, whichever class of array they are in. */
function plain(outcome: Outcome): Outcome {
  if (!('signingInput' in outcome && 'signature' in outcome)) return outcome;
  const { signingInput, signature } = outcome as Record<'signingInput' | 'signature', Uint8Array>;
  return { ...outcome, signingInput: [...signingInput], signature: [...signature] };
}

const first = {
  v: 1 as const,
  epoch: 'e',
  seq: 0,
  prev: hashNamed('a'),
  sent: '2026-01-05T08:00:00Z',
  readings: [{ t: '2026-01-05T08:00:00Z', code: '2339-0', value: 100, unit: 'mg/dL' }],
};
/** Its header is known from here on. */
const known = makeFrame(first, device);
const [header = '', , signature = ''] = known.split('.');

const decimal = fc
  .tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 10n ** 17n }), fc.nat({ max: 17 }))
  .map(([isNegative, digits, places]) => {
    const all = String(digits).padStart(places + 1, '0');
    const whole = all.slice(0, all.length - places);
    return `${isNegative ? '-' : ''}${whole}${places === 0 ? '' : `.${all.slice(-places)}`}`;
  });
/** As somebody may write them; some are none in JSON. */
const oddNumber = fc.oneof(
  fc.constantFrom(
    '1e5',
    '1E-3',
    '-0',
    '-0.0',
    '5.40',
    '1e999',
    '01',
    '+1',
    '.5',
    '1.',
    '0x1',
    'NaN',
    '1_0',
    '',
  ),
  fc.constantFrom('"5"', 'null', 'true', '[]', ...[15, 16, 400].map((digits) => '9'.repeat(digits))),
);
const oddText = fc.constantFrom(
  ...[
    '',
    'µ',
    '\u2028',
    '\ufeff',
    '\\ud800',
    '\\u0065',
    '\\"',
    'a\nb',
    'a\0b',
    'x'.repeat(5_000),
    'device',
    '<',
    '2339-0',
  ],
);
/** Nearly always one of the right ones, so that few frames break many rules. */
const mostly = (right: fc.Arbitrary<string>, odd: fc.Arbitrary<string>) =>
  fc.oneof({ weight: 60, arbitrary: right }, { weight: 1, arbitrary: odd });
const quoted = (...right: readonly string[]) =>
  mostly(fc.constantFrom(...right), oddText).map((text) => `"${text}"`);
const numeric = (right: fc.Arbitrary<string>) => mostly(right, oddNumber);
const instant = quoted('2026-01-05T08:00:00Z', '2026-01-05T08:00:00.500Z');

/** Members as they are written, in canonical order; any may be left out, be there twice, or have a stranger before it. */
function object(members: Readonly<Record<string, fc.Arbitrary<string>>>, optional: readonly string[] = []) {
  const names = Object.keys(members);
  const edit = fc.record({
    at: fc.nat({ max: names.length }),
    put: fc.constantFrom('"v":1', '"__proto__":{}', '"\\u0076":1', ' '),
  });
  return fc
    .record({
      values: fc.record(members),
      left: fc.constantFrom(optional, []),
      order: fc.oneof({ weight: 40, arbitrary: fc.constant(names) }, fc.shuffledSubarray(names)),
      edits: fc.oneof({ weight: 60, arbitrary: fc.constant([]) }, fc.array(edit, { maxLength: 1 })),
    })
    .map(({ values, left, order, edits }) => {
      const written = order
        .filter((name) => !left.includes(name))
        .map((name) => `"${name}":${values[name] ?? ''}`);
      for (const { at, put } of edits) written.splice(at, 0, put);
      return `{${written.join(',')}}`;
    });
}

const reading = object(
  {
    code: quoted('2339-0', '8867-4'),
    comparator: quoted('<', '>'),
    t: instant,
    unit: quoted('mg/dL'),
    value: numeric(decimal),
  },
  ['comparator'],
);
const json = object(
  {
    by: quoted('device', 'agent'),
    epoch: quoted('e', 'f-_9'),
    prev: quoted(hashNamed('a')),
    readings: fc
      .tuple(
        fc.array(reading, { minLength: 1, maxLength: 3 }),
        mostly(fc.constant('1'), fc.constantFrom('0', '600')),
      )
      .map(([list, times]) => `[${Array(Number(times)).fill(list.join(',')).join(',')}]`),
    sent: instant,
    seq: numeric(fc.nat().map(String)),
    v: numeric(fc.constantFrom('1', '2')),
  },
  ['by'],
);
const bytes = fc
  .record({
    json,
    start: mostly(fc.constant(''), fc.constantFrom('\ufeff', ' ')),
    flip: fc.oneof(
      { weight: 4, arbitrary: fc.constant(null) },
      fc.record({ at: fc.double({ min: 0, max: 0.999, noNaN: true }), to: fc.nat(255) }),
    ),
  })
  .map(({ json: written, start, flip }) => {
    const encoded = Buffer.from(start + written);
    if (flip !== null) encoded[Math.floor(flip.at * encoded.length)] = flip.to;
    return encoded;
  });
const token = bytes
  .map((payload) => `${header}.${toBase64url(payload)}.${signature}`)
  .chain((whole) => fc.oneof({ weight: 4, arbitrary: fc.constant(whole) }, alteredText(whole)));

test('the quick way of reading a frame takes and refuses what the slow one does, with the same values and codes', () => {
  let taken = 0;
  fc.assert(
    fc.property(token, (made) => {
      const sent = Buffer.from(made);
      parseFrame(known);
      const quick = outcomeOf(() => parseFrame(sent));
      expect(plain(quick)).toStrictEqual(plain(sent.length > MAX_FRAME_BYTES ? quick : readByRule(sent)));
      if (!('code' in quick)) taken++;
    }),
    { numRuns: 3_000 },
  );
  expect(taken).toBeGreaterThan(150);
});

test('a payload is read the same, however its base64url ends', () => {
  parseFrame(known);
  for (let more = 0; more < 4; more++) {
    const body = toBase64url(Buffer.from(canonicalJson({ ...first, epoch: 'e'.repeat(more + 1) })));
    const last = body.at(-1) ?? '';
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ ';
    for (const end of ['', ...alphabet].flatMap((letter) => [letter, last + letter])) {
      const sent = Buffer.from(`${header}.${body.slice(0, -1)}${end}.${signature}`);
      expect(plain(outcomeOf(() => parseFrame(sent)))).toStrictEqual(plain(readByRule(sent)));
    }
  }
});
