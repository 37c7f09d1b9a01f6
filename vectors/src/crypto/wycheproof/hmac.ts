import type { HmacVector } from '@careledger/crypto/testing';
import { wycheproof } from './source.js';

type Named = HmacVector & { name: string };
type Case = readonly [
  name: string,
  tcId: number,
  description: string,
  key: string,
  message: string,
  mac: string,
];

/**
 * From Project Wycheproof (https://github.com/C2SP/wycheproof, Apache-2.0), `testvectors_v1/hmac_sha256_test.json` as of 2026-09-10: the
 * bytes and the results are theirs, names and words are ours.
 */
const VALID: readonly Case[] = [
  [
    'empty-message',
    1,
    'No message',
    '1e225cafb90339bba1b24076d4206c3e79c355805d851682bc818baa4f5a7779',
    '',
    'b175b57d89ea6cb606fb3363f2538abd73a4c00b4a1386905bac809004cf1933',
  ],
  [
    'key-of-32-bytes',
    17,
    'A key of 32 bytes',
    '6fa353868c82e5deeedac7f09471a61bf749ab5498239e947e012eee3c82d7c4',
    'aeed3e4d4cb9bbb60d482e98c126c0f5',
    '9ed7f0e73812a27a87a3808ee0c89a6456499e835974ba57c5aab2a0d8c69e93',
  ],
  [
    'long-message',
    21,
    '47 bytes',
    '28855c7efc8532d92567300933cc1ca2d0586f55dcc9f054fcca2f05254fbf7f',
    '9c09207ff0e6e582cb3747dca954c94d45c05e93f1e6f21179cf0e25b4cede74b5479d32f5166935c86f0441905865',
    '788c0589000fb7f0b5d51f1596472bc9ec413421a43df96ee32b02b5d275ffe3',
  ],
  [
    'short-key',
    163,
    'A key of 16 bytes',
    'a349ac0a9f9f74e48e099cc3dbf9a9c9',
    '',
    '3a8437b877b75cc08a4d8d7559a8fc6869a58c713da63d1d4b350d59b597e30c',
  ],
  [
    'key-beyond-a-block',
    169,
    'A key of 65 bytes, which is hashed first',
    '8a0c46eb8a2959e39865330079763341e7439dab149694ee57e0d61ec73d947e1d5301cd974e18a5e0d1cf0d2c37e8aadd9fd589d57ef32e47024a99bc3f70c077',
    '',
    'f5bfb940561fb4db73ebba49bf2e4893bb0cca618a71b7ecf6aca38231e167ea',
  ],
];

export const validWycheproofHmac = (): Named[] =>
  VALID.map(([name, tcId, description, key, message, mac]) => ({
    name: `hmac-${name}`,
    type: 'hmac',
    description,
    source: wycheproof('hmac_sha256_test.json', tcId),
    key,
    message,
    mac,
  }));
