import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { blockHeaderHash } from './block-hash.js';

test.each([
  [0n, '020100'],
  [127n, '02017f'],
  [128n, '02020080'],
  [0x0100n, '02020100'],
  [2n ** 63n, '0209008000000000000000'],
])('block number %s is a minimal, positive ASN.1 integer', (number, integer) => {
  const previous = Buffer.alloc(32, 0xaa);
  const data = Buffer.alloc(32, 0xbb);
  const body = `${integer}0420${previous.toString('hex')}0420${data.toString('hex')}`;
  const der = Buffer.from(`30${(body.length / 2).toString(16).padStart(2, '0')}${body}`, 'hex');
  const expected = createHash('sha256').update(der).digest('hex');
  expect(Buffer.from(blockHeaderHash(number, previous, data)).toString('hex')).toBe(expected);
});

test('the genesis block has no previous hash', () => {
  const data = Buffer.alloc(32, 1);
  const der = Buffer.concat([Buffer.from('3027020100' + '0400' + '0420', 'hex'), data]);
  expect(Buffer.from(blockHeaderHash(0n, new Uint8Array(), data))).toEqual(
    createHash('sha256').update(der).digest(),
  );
});
