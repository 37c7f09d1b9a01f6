import { describe, expect, test } from '@jest/globals';
import { compareUtf8 } from '../wire/bytes.js';
import { sha256 } from '../wire/sha256.js';
import { RwSetBuilder } from './builder.js';
import { decodeRwSet, encodeRwSet } from './codec.js';
import { RangeDigest } from './range-digest.js';

const version = { block: 7, tx: 3 };

function digestOf(keys: readonly string[]): RangeDigest {
  const digest = new RangeDigest();
  for (const key of keys) digest.add({ key, version });
  return digest;
}

describe('read-write sets', () => {
  test('the order of reads and writes does not show in the bytes', () => {
    const one = new RwSetBuilder();
    const two = new RwSetBuilder();
    for (const key of ['a', 'b', 'c']) one.addWrite('cc', key, Buffer.from(key));
    for (const key of ['c', 'a', 'b']) two.addWrite('cc', key, Buffer.from(key));
    one.addRead('cc', 'x', version);
    one.addRead('aa', 'y', undefined);
    two.addRead('aa', 'y', undefined);
    two.addRead('cc', 'x', version);
    expect(one.build().publicBytes).toEqual(two.build().publicBytes);
  });

  test('keys are ordered by their bytes, also where UTF-16 orders them otherwise', () => {
    const beyond = '\u{1F600}'; // a surrogate pair: before U+FF5E in UTF-16, behind it in UTF-8
    expect(compareUtf8('\uff5e', beyond)).toBeLessThan(0);
    expect('\uff5e' < beyond).toBe(false);
    const builder = new RwSetBuilder();
    for (const key of [beyond, '\uff5e', 'a']) builder.addWrite('cc', key, Buffer.from('v'));
    expect(builder.build().namespaces[0]?.writes.map((each) => each.key)).toEqual(['a', '\uff5e', beyond]);
  });

  test('what was encoded is read back', () => {
    const builder = new RwSetBuilder();
    builder.addRead('cc', 'read', version);
    builder.addRead('cc', 'absent', undefined);
    builder.addWrite('cc', 'written', Buffer.from('v'));
    builder.addWrite('cc', 'deleted', Buffer.alloc(0));
    builder.addPrivateRead('cc', 'coll', 'secret', version);
    builder.addPrivateWrite('cc', 'coll', 'secret', Buffer.from('hidden'));
    builder.addMetadataWrite('cc', 'written', [{ name: 'VALIDATION_PARAMETER', value: Buffer.from('p') }]);
    const { namespaces, publicBytes, privateBytes } = builder.build();
    expect(decodeRwSet(publicBytes)).toEqual(namespaces);
    expect(encodeRwSet(decodeRwSet(publicBytes))).toEqual(publicBytes);
    expect(publicBytes.includes('secret')).toBe(false);
    expect(privateBytes?.includes('hidden')).toBe(true);
  });

  test('a long range is hashed, and any change in it changes the hash', () => {
    const keys = Array.from({ length: 3_000 }, (_, i) => `key${String(i).padStart(5, '0')}`);
    const whole = digestOf(keys).finish();
    expect(whole.reads).toHaveLength(0);
    // Degree 50: 3,000 reads are 59 leaves of 51 (the last shorter), so two levels.
    expect(whole.merkle?.maxLevel).toBe(2);
    expect(digestOf(keys).finish().merkle).toEqual(whole.merkle);
    for (const changed of [keys.slice(1), keys.slice(0, -1), keys.toSpliced(1_500, 1), [...keys, 'z']]) {
      expect(digestOf(changed).finish().merkle).not.toEqual(whole.merkle);
    }
  });

  test('up to fifty reads stay as they are', () => {
    const keys = Array.from({ length: 50 }, (_, i) => `key${i}`);
    expect(digestOf(keys).finish().merkle).toBeUndefined();
    expect(digestOf([...keys, 'one more']).finish().merkle).toBeDefined();
  });

  // Made with Fabric 3.1's own code: rwsetutil.RangeQueryResultsHelper with degree 50, SHA-256 over the top level.
  test.each([
    [51, 1, 1, 'e3bfab5ed8fe49b963a40fb5acf8ebcf1ecd683edd335bf52fdfa3c3ea2da085'],
    [120, 1, 3, '9a3231f65cdbf9240eca5156d01e02d71404ab490f5b903b277aa6ff10527db4'],
    [3_000, 2, 2, '0040d8d2c1b0a59850e59f24591c9dd7838495219220199d2a7bfe5f9f61933e'],
    [140_000, 3, 2, '759a3090c26760622842d87aa11afa387b79d03cccdd6fad347b6a32e0dc00b5'],
  ])('the hashes of %i reads are those that Fabric computes', (count, level, hashes, digest) => {
    const keys = Array.from({ length: count }, (_, i) => `key${String(i).padStart(5, '0')}`);
    const { merkle } = digestOf(keys).finish();
    expect(merkle).toMatchObject({ maxDegree: 50, maxLevel: level });
    expect(merkle?.hashes).toHaveLength(hashes);
    expect(sha256(...(merkle?.hashes ?? [])).toString('hex')).toBe(digest);
  });
});
