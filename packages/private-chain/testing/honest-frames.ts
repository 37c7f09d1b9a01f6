import { sha256 } from '@careledger/crypto';
import { frameOrigin } from '../src/frame/origin.js';
import { nodeMerkleHasher } from '../src/merkle/node-hasher.js';
import { EPOCH, deviceId, payload, sign } from './fixtures.js';

/** The device's frames 0 to `count - 1`, linked as a device links them. */
export function honestFrames(count: number, epoch = EPOCH): string[] {
  const frames: string[] = [];
  let prev = frameOrigin(deviceId, epoch, sha256);
  for (let seq = 0; seq < count; seq++) {
    const token = sign(payload(seq, prev, { epoch }));
    frames.push(token);
    prev = nodeMerkleHasher.leaf(token);
  }
  return frames;
}
