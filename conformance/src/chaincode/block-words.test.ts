import { randomBytes } from 'node:crypto';
import { generateEd25519, utf8 } from '@careledger/crypto';
import { makeStatement } from '@careledger/statements';
import { expect, test } from '@jest/globals';
import { wordsIn } from './block-words.js';

const WORDS = ['N', 'PSY', 'laboratory', '2339-0'];
const { signer } = generateEd25519();
const said = (body: object) =>
  makeStatement({ typ: 'test+jws', iss: 'pat', aud: 'devnet', channels: ['cloud'], body }, signer);
/** A block of random bytes around a transaction’s arguments. */
const blockWith = (args: object) =>
  Buffer.concat([randomBytes(5_000), utf8(JSON.stringify(args)), randomBytes(5_000)]);

test('words are found in the open, in a statement and in a statement within one', () => {
  const body = { scope: ['N', 'PSY'], code: '2339-0', note: 'of the laboratory' };
  for (const args of [body, { items: [said(body)] }, { items: [said({ proof: said(body) })] }])
    expect(wordsIn([randomBytes(1_000), blockWith(args)], WORDS)).toEqual(WORDS);
});

test('what only looks like a word is none', () => {
  const body = { scope: ['Nothing', 'PSYCHE'], code: '12339-05', note: 'laboratory-2' };
  expect(wordsIn([blockWith({ items: [said(body)] }), randomBytes(100_000)], WORDS)).toEqual([]);
});
