import { nodeVerifier, sha256 } from '@careledger/crypto';
import { expect, test } from '@jest/globals';
import type { FrameError } from '../errors.js';
import { MAX_FRAME_BYTES } from '../limits.js';
import { EPOCH, START_MS, device, deviceId, payload, sign, thief } from '../../testing/fixtures.js';
import { makeFrame } from './make.js';
import { frameOrigin } from './origin.js';
import { parseFrame, verifyFrame } from './parse.js';

const origin = frameOrigin(deviceId, EPOCH, sha256);
const token = makeFrame(payload(0, origin), device);
const verifier = nodeVerifier();

test('text and bytes of a frame are one frame', () => {
  const fromText = parseFrame(token);
  const fromBytes = parseFrame(Buffer.from(token));
  expect({ ...fromBytes, signingInput: Buffer.from(fromBytes.signingInput) }).toEqual({
    ...fromText,
    signingInput: Buffer.from(fromText.signingInput),
  });
  expect(fromText).toMatchObject({
    epoch: EPOCH,
    seq: 0,
    prev: origin,
    kid: device.kid,
    sentMs: START_MS,
  });
  expect(fromText.readings[0]).toMatchObject({ code: '2339-0', value: 100, timeMs: Date.UTC(2026, 0, 5, 8) });
});

test('a header seen before does not excuse the rest of the token', () => {
  parseFrame(token);
  const [header, body, signature] = token.split('.') as [string, string, string];
  const malformed = [
    header,
    `${header}.`,
    `${header}.${body}`,
    `${header}.${body}.`,
    `${header}.${body}.${signature}.`,
    `${header}.${body}.${signature.slice(1)}`,
    `${header}.${body}.${signature.slice(1)}=`,
    `${header}.${body}=.${signature}`,
    `${header}..${signature}`,
    ` ${token}`,
    `${token}\n`,
    `${header}.${body}.${'é'.repeat(86)}`,
  ];
  for (const text of malformed) {
    expect(() => parseFrame(text)).toThrow(expect.objectContaining({ code: 'FRAME_MALFORMED' }));
    expect(() => parseFrame(Buffer.from(text))).toThrow(expect.objectContaining({ code: 'FRAME_MALFORMED' }));
  }
});

test('text-of-many-bytes: behind a header seen before it is no frame, and no other error', () => {
  parseFrame(token);
  const [header, body, signature] = token.split('.') as [string, string, string];
  for (const text of [`${header}.${'€'.repeat(60_000)}.${signature}`, `${header}.€${body}.${signature}`])
    expect(() => parseFrame(text)).toThrow(expect.objectContaining({ code: 'FRAME_MALFORMED' }));
});

test('a header seen before, with a signature and no payload, is named for what it is', () => {
  parseFrame(token);
  const [header, , signature] = token.split('.') as [string, string, string];
  expect(() => parseFrame(`${header}.${signature}`)).toThrow('exactly three parts');
});

test('bytes that are not UTF-8 are refused', () => {
  const bytes = Buffer.from(token);
  bytes[20] = 0xff;
  expect(() => parseFrame(bytes)).toThrow(expect.objectContaining({ code: 'FRAME_MALFORMED' }));
});

test('a frame above the limit is refused before anything is read', () => {
  const bytes = new Uint8Array(MAX_FRAME_BYTES + 1);
  expect(() => parseFrame(bytes)).toThrow(expect.objectContaining({ code: 'FRAME_TOO_LARGE' }));
});

test('only the key that signed verifies', () => {
  expect(verifyFrame(parseFrame(token), device.publicKey, verifier)).toBe(true);
  expect(verifyFrame(parseFrame(token), thief.publicKey, verifier)).toBe(false);
});

test('many readings of one time in a frame are compared too', () => {
  const { readings, ...rest } = payload(0, origin);
  const many = Array.from({ length: 20 }, (_, i) => ({ ...readings[0]!, code: `${i}-1` }));
  expect(parseFrame(sign({ ...rest, readings: many })).readings).toHaveLength(20);
  expect(() => parseFrame(sign({ ...rest, readings: [...many, many[3]] }))).toThrow(
    expect.objectContaining({ code: 'FRAME_DUPLICATE_READING' }),
  );
});

test('a refusal names the member in question, and the frame wherever its counter could be read', () => {
  const good = payload(7, origin);
  const [reading] = good.readings;
  const refusal = (changes: object) => {
    try {
      return parseFrame(sign({ ...good, ...changes }));
    } catch (error) {
      const { code, seq, message } = error as FrameError;
      return { code, seq, message };
    }
  };
  const readings = [reading, { ...reading, t: '2026-01-05T08:00:00+01:00', code: '8867-4' }];
  expect(refusal({ readings })).toMatchObject({
    code: 'FRAME_TIME_INVALID',
    seq: 7,
    message: expect.stringContaining('readings[1].t '),
  });
  expect(refusal({ v: 3 })).toMatchObject({ code: 'FRAME_VERSION_UNSUPPORTED', seq: 7 });
  expect(refusal({ seq: 7.5 })).toMatchObject({ code: 'FRAME_MALFORMED', seq: undefined });
});

test('a device cannot make a frame that its gateway would refuse', () => {
  const wrong = payload(0, 'not a hash');
  expect(() => makeFrame(wrong, device)).toThrow(expect.objectContaining({ code: 'FRAME_MALFORMED' }));
});

test('the origin belongs to device and epoch', () => {
  const origins = [
    origin,
    frameOrigin(deviceId, 'epoch-2', sha256),
    frameOrigin(`${deviceId}x`, EPOCH, sha256),
  ];
  expect(new Set(origins).size).toBe(3);
});
