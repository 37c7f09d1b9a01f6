import { hash } from 'node:crypto';
import { MAX_FRAME_BYTES } from '../limits.js';
import { LEAF_PREFIX, NODE_PREFIX } from './hasher.js';
import type { MerkleHasher } from './hasher.js';

/** Where the parts of an inner node's input begin, and its length. */
const LEFT_AT = 1;
const RIGHT_AT = 33;
const NODE_INPUT_BYTES = 65;

/** Reused inputs: hashing is synchronous, so nobody sees them half written. */
const leafInput = Buffer.alloc(1 + MAX_FRAME_BYTES);
/** Its beginnings, by length: a view costs half of what hashing a frame does, and most are short. */
const leafInputs: Buffer[] = [];
const MAX_KEPT_INPUTS = 1_024;
const nodeInput = Buffer.alloc(NODE_INPUT_BYTES);
leafInput[0] = LEAF_PREFIX;
nodeInput[0] = NODE_PREFIX;

/**
 * The hot path's hasher: one-shot `crypto.hash` to text, which costs a quarter of `createHash`, and no conversion
 * between bytes and base64url in between. Leaves are at most `MAX_FRAME_BYTES` long.
 */
export const nodeMerkleHasher: MerkleHasher = {
  leaf(data) {
    if (data.length > MAX_FRAME_BYTES) throw new RangeError(`A leaf has at most ${MAX_FRAME_BYTES} bytes`);
    if (typeof data === 'string') leafInput.write(data, 1, 'latin1');
    else leafInput.set(data, 1);
    return hash('sha256', inputOf(data.length), 'base64url');
  },
  node(left, right) {
    nodeInput.write(left, LEFT_AT, 'base64url');
    nodeInput.write(right, RIGHT_AT, 'base64url');
    return hash('sha256', nodeInput, 'base64url');
  },
  emptyRoot: hash('sha256', '', 'base64url'),
};

function inputOf(dataBytes: number): Buffer {
  const kept = leafInputs[dataBytes];
  if (kept !== undefined) return kept;
  const input = leafInput.subarray(0, 1 + dataBytes);
  if (dataBytes < MAX_KEPT_INPUTS) leafInputs[dataBytes] = input;
  return input;
}
