import type { Block } from '../src/block/block.js';
import type { Recoverers } from '../src/block/statement.js';
import type { FrameErrorCode } from '../src/errors.js';
import type { ChainFaultCode } from '../src/chain/report.js';
import type { InclusionProof } from '../src/merkle/inclusion.js';
import type { ProofStep } from '../src/proof/checklist.js';
import type { Proof, TrustRoots } from '../src/proof/proof.js';

/**
 * Shapes of the files in `spec/vectors/{valid,invalid}/private-chain`, told apart by `type`; documented in
 * `spec/private-chain.md`. Hashes, keys and leaves are base64url.
 */

/** A frame by itself. Invalid ones: why. */
export type FrameVector = {
  type: 'frame';
  description: string;
  token: string;
  deviceKey: string;
  leaf: string;
  code?: FrameErrorCode;
};

/** A hello by itself. Invalid ones: why. */
export type HelloVector = {
  type: 'hello';
  description: string;
  token: string;
  deviceKey: string;
  code?: FrameErrorCode;
};

/** Frames in the order of their arrival at a new device chain. In invalid ones the last is rejected, or a duplicate. */
export type DeviceChainVector = {
  type: 'device-chain';
  description: string;
  deviceId: string;
  epoch: string;
  arrivals: {
    token: string;
    outcome: 'accepted' | 'duplicate' | 'rejected';
    code?: FrameErrorCode;
  }[];
  /** Counters still missing at the end, `[from, to]` each. */
  openGaps: [number, number][];
};

/** A tree over leaf hashes with a path; `leaves` is there in valid ones. */
export type MerkleVector = {
  type: 'merkle';
  description: string;
  leaf: string;
  inclusion: InclusionProof;
  root: string;
  leaves?: string[];
};

/** A chain, its stored frames by height, the devices by key ID, and the anchors of the ledger. */
export type ChainVector = {
  type: 'chain';
  description: string;
  blocks: Block[];
  frames: Record<string, { leaf: string; frame: string | null }[]>;
  devices: Record<string, { deviceId: string; publicKey: string }>;
  anchors: { height: number; hash: string }[];
  /** Organisations whose word for a consent key counts; absent: the verifier knows none. */
  recoverers?: Recoverers;
  /** Hash of the last block that verifies. */
  head: string | null;
  /** Invalid ones: every fault. */
  faults?: { code: ChainFaultCode; height: number; index?: number }[];
};

/** Two blocks at one height. Valid: they prove a fork. */
export type ForkVector = {
  type: 'fork';
  description: string;
  blocks: [Block, Block];
  gatewayKeys: string[];
};

/** A proof with the trust roots it is checked under. Invalid ones: the steps that fail. */
export type ProofVector = {
  type: 'proof';
  description: string;
  proof: Proof;
  roots: TrustRoots;
  warnings: string[];
  failed?: ProofStep[];
};

export type PrivateChainVector =
  FrameVector | HelloVector | DeviceChainVector | MerkleVector | ChainVector | ForkVector | ProofVector;
