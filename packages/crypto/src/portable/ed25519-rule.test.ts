import { ED25519_TORSION_SUBGROUP } from '@noble/curves/ed25519.js';
import { expect, test } from '@jest/globals';
import { ed25519KeyAcceptable, ed25519SignatureAcceptable } from './ed25519-rule.js';
import { concatBytes, fromHex } from './bytes.js';
import { generateEd25519 } from '../index.js';

test('all eight points of small order are refused as key and as R', () => {
  expect(ED25519_TORSION_SUBGROUP).toHaveLength(8);
  for (const point of ED25519_TORSION_SUBGROUP.map(fromHex)) {
    expect(ed25519KeyAcceptable(point)).toBe(false);
    expect(ed25519SignatureAcceptable(concatBytes(point, new Uint8Array(32)))).toBe(false);
  }
});

test('every y from p to 2^255 - 1 is refused, with either sign; p - 2 and y = 2 are not', () => {
  for (let low = 0xed; low <= 0xff; low++) {
    for (const top of [0x7f, 0xff]) {
      expect(ed25519KeyAcceptable(Uint8Array.of(low, ...new Uint8Array(30).fill(0xff), top))).toBe(false);
    }
  }
  expect(ed25519KeyAcceptable(Uint8Array.of(0xeb, ...new Uint8Array(30).fill(0xff), 0x7f))).toBe(true);
  expect(ed25519KeyAcceptable(Uint8Array.of(2, ...new Uint8Array(31)))).toBe(true);
});

test('S of L - 1 passes, L and more do not', () => {
  const { signer } = generateEd25519();
  const r = signer.sign(new Uint8Array(1)).subarray(0, 32);
  const s = (lowest: number) =>
    fromHex(`${lowest.toString(16)}d3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010`);
  expect(ed25519SignatureAcceptable(concatBytes(r, s(0xec)))).toBe(true);
  expect(ed25519SignatureAcceptable(concatBytes(r, s(0xed)))).toBe(false);
  expect(ed25519SignatureAcceptable(concatBytes(r, new Uint8Array(32).fill(0xff)))).toBe(false);
});
