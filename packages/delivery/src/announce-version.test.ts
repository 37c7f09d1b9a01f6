import { beforeEach, describe, expect, test } from '@jest/globals';
import { announceVersion, type AnnouncedVersion } from './announce-version.js';
import { Grace, PREMATURE_GRACE_MS } from './grace.js';
import { AUTHOR, RECORD_ID, STRANGER, hashOf } from '../testing/storing-fixture.js';

const VERSION = { recordId: RECORD_ID, version: 1, author: AUTHOR, manifestHash: hashOf('manifest') };
const [OWN_TX, OTHER_TX] = ['1'.repeat(64), '2'.repeat(64)];

let nowMs: number;
let grace: Grace;
beforeEach(() => {
  nowMs = 1_000_000;
  grace = new Grace();
});

const announce = (code: string, found?: Partial<AnnouncedVersion>) =>
  announceVersion(VERSION, {
    grace,
    clock: () => nowMs,
    submit: async () => ({ item: { sid: null, code, txId: OWN_TX }, blockNumber: 5 }),
    find: async () => found && { ...VERSION, txId: OTHER_TX, ...found },
  });
const later = (code: string) => expect.objectContaining({ name: 'NotYetError', code });

test('an announcement that the ledger takes stands by its own transaction', async () => {
  expect(await announce('OK')).toEqual({ outcome: 'announced', txId: OWN_TX, blockNumber: 5 });
});

test('one whose version before is not announced yet waits for it', async () => {
  await expect(announce('VERSION_NOT_YET')).rejects.toEqual(later('VERSION_NOT_YET'));
  nowMs += 100 * PREMATURE_GRACE_MS;
  await expect(announce('VERSION_NOT_YET')).rejects.toEqual(later('VERSION_NOT_YET'));
});

test('a denial waits for its grace, then it stands', async () => {
  await expect(announce('PERMISSION_NOT_GRANTED')).rejects.toEqual(later('PERMISSION_NOT_GRANTED'));
  nowMs += PREMATURE_GRACE_MS;
  expect(await announce('PERMISSION_NOT_GRANTED')).toEqual({
    outcome: 'refused',
    code: 'PERMISSION_NOT_GRANTED',
  });
});

test.each(['RECORD_ID_MISMATCH', 'AUTHOR_MISMATCH', 'A_CODE_OF_TOMORROW'])('%s is final', async (code) => {
  expect(await announce(code)).toEqual({ outcome: 'refused', code });
});

describe('RECORD_EXISTS says nothing by itself', () => {
  test('this very version is announced already: by its own transaction, not by the one that was refused', async () => {
    expect(await announce('RECORD_EXISTS', {})).toEqual({
      outcome: 'announced',
      txId: OTHER_TX,
      blockNumber: null,
    });
  });

  test('somebody else’s under its number is no announcement of ours', async () => {
    expect(await announce('RECORD_EXISTS', { author: STRANGER })).toMatchObject({
      outcome: 'foreign',
      code: 'RECORD_FOREIGN',
      found: { author: STRANGER },
    });
  });

  test('the author’s own with other content is no announcement of this one', async () => {
    expect(await announce('RECORD_EXISTS', { manifestHash: hashOf('another manifest') })).toEqual({
      outcome: 'refused',
      code: 'RECORD_OTHER_VERSION',
    });
  });

  test('what the own peer does not have yet is waited for', async () => {
    await expect(announce('RECORD_EXISTS')).rejects.toEqual(later('RECORD_EXISTS'));
    await expect(announce('RECORD_EXISTS', { version: 2 })).rejects.toEqual(later('RECORD_EXISTS'));
  });
});
