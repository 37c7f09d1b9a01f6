import { nodeVerifier, sha256 } from '@careledger/crypto';
import { expect, test } from '@jest/globals';
import { device, deviceId } from '../../testing/fixtures.js';
import { ChainBuilder } from '../../testing/chain-builder.js';
import { honestFrames } from '../../testing/honest-frames.js';
import { MAX_REPORTED_FAULTS } from './report.js';
import { verifyChain } from './verify-chain.js';

const verification = { hash: sha256, verifier: nodeVerifier() };
const findDevice = (kid: string) =>
  kid === device.kid ? { deviceId, publicKey: device.publicKey } : undefined;
const tokens = honestFrames(6);

test('reads blocks and frames as they come, and says how far it is', async () => {
  const chain = new ChainBuilder().addFrames(tokens.slice(0, 3)).addFrames(tokens.slice(3));
  const progress: unknown[] = [];
  async function* stored() {
    for (const block of chain.blocks) yield await Promise.resolve(block);
  }
  const report = await verifyChain(stored(), {
    ...verification,
    findDevice,
    framesOf: ({ height }) => Promise.resolve(chain.frames[String(height)]!),
    onProgress: (state) => progress.push(state),
  });
  expect(report).toMatchObject({
    ok: true,
    blocks: 3,
    frames: 6,
    readings: 6,
    gaps: 0,
    erased: 0,
    faultCount: 0,
  });
  expect(progress).toEqual([
    { blocks: 1, frames: 0 },
    { blocks: 2, frames: 3 },
    { blocks: 3, frames: 6 },
  ]);
});

test('counts the counters that never came', async () => {
  const chain = new ChainBuilder().addFrames([tokens[0]!, tokens[3]!], [{ index: 1, missing: 2 }]);
  chain.addFrames([tokens[1]!, tokens[5]!], [{ index: 1, missing: 1 }]);
  const framesOf = ({ height }: { height: number }) => chain.frames[String(height)]!;
  const report = await verifyChain(chain.blocks, { ...verification, findDevice, framesOf });
  expect(report).toMatchObject({ ok: true, gaps: 2, faults: [] });
});

test('an empty store is not a sound chain', async () => {
  const report = await verifyChain([], verification);
  expect(report).toMatchObject({ ok: false, head: null, faults: [{ code: 'CHAIN_EMPTY' }] });
});

test('a failing read is not taken for a bad chain', async () => {
  const { blocks } = new ChainBuilder().addFrames(tokens);
  const framesOf = () => Promise.reject(new Error('disk on fire'));
  await expect(verifyChain(blocks, { ...verification, framesOf })).rejects.toThrow('disk on fire');
});

test('a rotten store does not fill the memory with faults', async () => {
  const chain = new ChainBuilder();
  const many = MAX_REPORTED_FAULTS + 24;
  chain.addFrames(Array.from({ length: many }, (_, i) => `rotten ${i}`));
  const framesOf = () => chain.frames['1']!;
  const report = await verifyChain(chain.blocks, { ...verification, findDevice, framesOf });
  expect(report.faults).toHaveLength(MAX_REPORTED_FAULTS);
  expect(report.faultCount).toBe(many);
});

test('a stored frame that no frame can be is reported, and the pass goes on', async () => {
  const chain = new ChainBuilder().addFrames(tokens.slice(0, 3));
  const framesOf = ({ height }: { height: number }) =>
    chain.frames[String(height)]!.map((stored, index) =>
      index === 1 ? { ...stored, frame: '\ud800' } : stored,
    );
  const report = await verifyChain(chain.blocks, { ...verification, findDevice, framesOf });
  expect(report.faults).toMatchObject([{ code: 'FRAME_TAMPERED', index: 1 }, { code: 'GAPS_MISMATCH' }]);
});
