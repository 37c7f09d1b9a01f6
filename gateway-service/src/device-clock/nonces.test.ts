import { expect, test } from '@jest/globals';
import { NONCE_MAX_AGE_MS } from './limits.js';
import { Nonces } from './nonces.js';

const NOW_MS = Date.UTC(2026, 5, 1, 8);
const nonces = new Nonces();

test('a nonce is good for its device, for a while', () => {
  const nonce = nonces.give('dev_a', NOW_MS);
  expect(nonces.givenMs(nonce, 'dev_a', NOW_MS + NONCE_MAX_AGE_MS)).toBe(NOW_MS);
  expect(nonces.givenMs(nonce, 'dev_a', NOW_MS + NONCE_MAX_AGE_MS + 1)).toBeUndefined();
  expect(nonces.givenMs(nonce, 'dev_b', NOW_MS)).toBeUndefined();
});

test('forged-nonce: of another process, of another time, of the future, or none at all', () => {
  const nonce = nonces.give('dev_a', NOW_MS);
  const bytes = Buffer.from(nonce, 'base64url');
  bytes.writeBigUInt64BE(BigInt(NOW_MS + 1));
  for (const forged of [
    new Nonces().give('dev_a', NOW_MS),
    bytes.toString('base64url'),
    '',
    nonce.slice(1),
  ]) {
    expect(nonces.givenMs(forged, 'dev_a', NOW_MS + 1)).toBeUndefined();
  }
  expect(nonces.givenMs(nonce, 'dev_a', NOW_MS - 1)).toBeUndefined();
});
