import { fromBase64url, fromUtf8, nodeVerifier, sha256 } from '@careledger/crypto';
import { expect, test } from '@jest/globals';
import { merkleHasher, merkleRoot, parseFrame, verifyFrame, type Block } from '@careledger/private-chain';
import { TestCore } from '../../../testing/test-core.js';
import { rawFrames } from './raw-frames.js';
import type { RawFrame } from './schemas.js';

test('raw frames come block by block, and with them the chain can be checked elsewhere', async () => {
  await using t = await TestCore.open();
  const patient = await t.patient();
  const devices = [t.pair(patient), t.pair(patient)];
  const sent: string[] = [];
  for (let n = 0; n < 9; n++) {
    for (const device of devices) {
      const frame = device.frame(t.nowMs);
      await t.send(device, frame);
      sent.push(fromUtf8(frame.bytes));
    }
    if (n % 3 === 2) await t.core.sealNow(patient.patientId);
  }
  const { chain } = t.core.patients.get(patient.patientId);
  const found: RawFrame[] = [];
  let pages = 0;
  for (let cursor: string | null | undefined; cursor !== null; pages++) {
    const page = rawFrames(t.core, chain, { ...(cursor !== undefined && { cursor }), limit: 1 });
    found.push(...page.frames);
    cursor = page.next;
  }
  expect(pages).toBe(chain.durableHead.height + 1);
  expect(found.map(({ jws }) => jws)).toEqual(sent);
  for (const { jws = '', deviceKey = '' } of found)
    expect(verifyFrame(parseFrame(jws), fromBase64url(deviceKey), nodeVerifier())).toBe(true);
  const hasher = merkleHasher(sha256);
  for (const { block } of t.core.chain.blocksFrom(patient.patientNo, 1, 10)) {
    const { height, body } = block as Extract<Block, { type: 'frames' }>;
    const leaves = found.filter((frame) => frame.height === height).map(({ leaf }) => leaf);
    expect(merkleRoot(leaves, hasher)).toBe(body.framesRoot);
  }
});
