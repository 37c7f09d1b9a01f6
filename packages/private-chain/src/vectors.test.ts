import { fromBase64url, nodeVerifier, sha256 } from '@careledger/crypto';
import { sodiumVerifier } from '@careledger/crypto/sodium';
import { loadVectors } from '@careledger/spec';
import type { Vector } from '@careledger/spec';
import { describe, expect, test } from '@jest/globals';
import { canonicalJson } from '@careledger/crypto/portable';
import {
  checkFrame,
  detectFork,
  merkleHasher,
  merkleRoot,
  newDeviceChain,
  parseBlock,
  parseFrame,
  parseHello,
  parseProof,
  parseTrustRoots,
  verifyChain,
  verifyFrame,
  verifyHello,
  verifyInclusion,
  verifyProof,
} from './verify.js';
import type { ChainReport } from './verify.js';
import type {
  ChainVector,
  DeviceChainVector,
  FrameVector,
  HelloVector,
  PrivateChainVector,
  ProofVector,
} from '../testing/vectors.js';

const valid = loadVectors<PrivateChainVector>('valid', 'private-chain');
const invalid = loadVectors<PrivateChainVector>('invalid', 'private-chain');
const hasher = merkleHasher(sha256);
const verification = { hash: sha256, verifier: nodeVerifier() };

function ofType<K extends PrivateChainVector['type']>(
  vectors: readonly Vector<PrivateChainVector>[],
  type: K,
) {
  type Wanted = Extract<PrivateChainVector, { type: K }> & { name: string };
  return vectors.filter((vector): vector is Wanted => vector.type === type);
}

describe.each([
  ['node', nodeVerifier()],
  ['sodium', sodiumVerifier()],
])('frames, with %s', (_name, verifier) => {
  const read = ({ token, deviceKey }: FrameVector): { code?: string } => {
    try {
      return verifyFrame(parseFrame(token), fromBase64url(deviceKey), verifier)
        ? {}
        : { code: 'FRAME_SIGNATURE_INVALID' };
    } catch (error) {
      return error as { code: string };
    }
  };
  test.each(ofType(valid, 'frame'))('accepts $name', (vector) => {
    expect(read(vector)).toEqual({});
    expect(hasher.leaf(vector.token)).toBe(vector.leaf);
  });
  test.each(ofType(invalid, 'frame'))('refuses $name', (vector) => {
    expect(read(vector)).toMatchObject({ code: vector.code });
  });
});

describe('hellos', () => {
  const verifier = nodeVerifier();
  const read = ({ token, deviceKey }: HelloVector): { code?: string } => {
    try {
      return verifyHello(parseHello(token), fromBase64url(deviceKey), verifier)
        ? {}
        : { code: 'FRAME_SIGNATURE_INVALID' };
    } catch (error) {
      return error as { code: string };
    }
  };
  test.each(ofType(valid, 'hello'))('accepts $name', (vector) => {
    expect(read(vector)).toEqual({});
  });
  test.each(ofType(invalid, 'hello'))('refuses $name', (vector) => {
    expect(read(vector)).toMatchObject({ code: vector.code });
  });
});

function arrive({ deviceId, epoch, arrivals }: DeviceChainVector) {
  let state = newDeviceChain(deviceId, epoch, sha256);
  const stored = new Map<number, string>();
  const outcomes = arrivals.map(({ token }) => {
    const frame = parseFrame(token);
    const leaf = hasher.leaf(token);
    const verdict = checkFrame(state, frame, leaf, (seq) => {
      const known = stored.get(seq);
      return known === undefined ? undefined : { leaf: known, height: 1 };
    });
    if (verdict.outcome === 'accepted') {
      state = verdict.nextState;
      stored.set(frame.seq, leaf);
    }
    return verdict.outcome === 'rejected'
      ? { token, outcome: verdict.outcome, code: verdict.code }
      : { token, outcome: verdict.outcome };
  });
  return { outcomes, openGaps: state.gaps.map(({ from, to }) => [from, to]) };
}

test.each([...ofType(valid, 'device-chain'), ...ofType(invalid, 'device-chain')])(
  '$name: $description',
  (vector) => {
    const { outcomes, openGaps } = arrive(vector);
    expect(outcomes).toEqual(vector.arrivals);
    expect(openGaps).toEqual(vector.openGaps);
  },
);

// The generator runs the rule it is to show, so the verdicts are written down here a second time, by hand.
const VERDICTS: Readonly<Record<string, string>> = {
  'counter-jump': 'FRAME_GAP_TOO_LARGE',
  'forged-prev': 'FRAME_PREV_MISMATCH',
  'frame-counter-reused': 'FRAME_SEQ_REUSED',
  'frame-of-other-device': 'FRAME_PREV_MISMATCH',
  'frame-of-other-epoch': 'FRAME_EPOCH_UNKNOWN',
  'frame-replayed': 'duplicate',
  'gap-filler-not-joining': 'FRAME_FILLER_MISLINKED',
  'gap-filler-wrong-content': 'FRAME_FILLER_MISLINKED',
  'gap-filler-wrong-link': 'FRAME_FILLER_MISLINKED',
  'void-of-other-frame': 'FRAME_FILLER_MISLINKED',
  'void-of-stored-frame': 'FRAME_SEQ_REUSED',
  'voided-frame-again': 'FRAME_SEQ_REUSED',
};

test('every attack on a device chain ends as expected, and nothing before it is refused', () => {
  const found = ofType(invalid, 'device-chain').map(({ name, arrivals }) => {
    const last = arrivals.at(-1)!;
    expect(arrivals.slice(0, -1).map(({ outcome }) => outcome)).not.toContain('rejected');
    return [name, last.code ?? last.outcome];
  });
  expect(Object.fromEntries(found)).toEqual(VERDICTS);
  for (const { arrivals } of ofType(valid, 'device-chain')) {
    expect(new Set(arrivals.map(({ outcome }) => outcome))).toEqual(new Set(['accepted']));
  }
});

test.each(ofType(valid, 'merkle'))('$name', ({ leaf, leaves, inclusion, root }) => {
  expect(merkleRoot(leaves!, hasher)).toBe(root);
  expect(verifyInclusion(leaf, inclusion, root, hasher)).toBe(true);
});

test.each(ofType(invalid, 'merkle'))('refuses $name', ({ leaf, inclusion, root }) => {
  expect(verifyInclusion(leaf, inclusion, root, hasher)).toBe(false);
});

function verifyVector(vector: ChainVector): Promise<ChainReport> {
  const { blocks, frames, devices, anchors, recoverers } = vector;
  return verifyChain(blocks, {
    ...verification,
    anchors,
    recoverers,
    framesOf: ({ height }) => frames[String(height)]!,
    findDevice: (kid) => {
      const device = devices[kid];
      return device && { deviceId: device.deviceId, publicKey: fromBase64url(device.publicKey) };
    },
  });
}

test.each(ofType(valid, 'chain'))('accepts $name', async (vector) => {
  const report = await verifyVector(vector);
  expect(report.faults).toEqual([]);
  expect(report).toMatchObject({
    ok: true,
    blocks: vector.blocks.length,
    anchors: vector.anchors.length,
    missing: 0,
  });
  expect(report.head?.hash).toBe(vector.head);
  for (const block of vector.blocks) expect(parseBlock(canonicalJson(block))).toEqual(block);
});

test.each(ofType(invalid, 'chain'))('finds $name', async (vector) => {
  const report = await verifyVector(vector);
  expect(report.ok).toBe(false);
  const faults = report.faults.map(({ code, height, index }) =>
    index === undefined ? { code, height } : { code, height, index },
  );
  expect(faults).toEqual(vector.faults);
  expect(report.head?.hash ?? null).toBe(vector.head);
});

test.each(ofType(valid, 'fork'))('$name', ({ blocks: [a, b], gatewayKeys }) => {
  expect(detectFork(a, b, gatewayKeys, verification)).toMatchObject({ height: a.height, blocks: [a, b] });
});

test.each(ofType(invalid, 'fork'))('$name proves nothing', ({ blocks: [a, b], gatewayKeys }) => {
  expect(detectFork(a, b, gatewayKeys, verification)).toBeUndefined();
});

function checkProof({ proof, roots }: ProofVector) {
  return verifyProof(parseProof(JSON.stringify(proof)), parseTrustRoots(JSON.stringify(roots)), verification);
}

test.each(ofType(valid, 'proof'))('$name holds', (vector) => {
  const { steps, ok, warnings, place } = checkProof(vector);
  expect(steps.filter(({ status }) => status !== 'pass')).toEqual([]);
  expect({ ok, warnings }).toEqual({ ok: true, warnings: vector.warnings });
  expect(place).toMatchObject({ block: 17, channel: 'authorities' });
});

test.each(ofType(invalid, 'proof'))('$name does not hold', (vector) => {
  const { steps, ok, warnings } = checkProof(vector);
  expect(steps.filter(({ status }) => status === 'fail').map(({ step }) => step)).toEqual(vector.failed);
  expect({ ok, warnings }).toEqual({ ok: false, warnings: vector.warnings });
});
