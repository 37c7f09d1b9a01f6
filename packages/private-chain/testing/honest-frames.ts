import { sha256 } from '@careledger/crypto';
import { frameOrigin } from '../src/frame/origin.js';
import { nodeMerkleHasher } from '../src/merkle/node-hasher.js';
import { EPOCH, deviceId, payload, payloadV2, sign } from './fixtures.js';

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

/** The device's frames of v 2 that follow a frame of its chain. @param changes members of each, instead of the usual */
export function framesV2After(token: string, from: number, count: number, changes: object = {}): string[] {
  const frames: string[] = [];
  let prev = nodeMerkleHasher.leaf(token);
  for (let seq = from; seq < from + count; seq++) {
    const frame = sign(payloadV2(seq, prev, changes));
    frames.push(frame);
    prev = nodeMerkleHasher.leaf(frame);
  }
  return frames;
}
