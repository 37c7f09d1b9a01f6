/**
 * Everything that checks and nothing that signs: runs in a browser, takes hash and verifier as parameters.
 */
export { ChainError, FrameError, ProofError } from './errors.js';
export type { ChainErrorCode, FrameErrorCode, ProofErrorCode } from './errors.js';
export * from './limits.js';
export { parseInstant } from './instant.js';

export { FRAME_TYP } from './frame/frame.js';
export type { Frame, FramePayload, FrameReading, TimedReading } from './frame/frame.js';
export { frameOrigin } from './frame/origin.js';
export { parseFrame, verifyFrame } from './frame/parse.js';
export { isEpoch } from './frame/payload.js';

export { checkFrame } from './device-chain/check-frame.js';
export type { FindStoredLeaf, FrameVerdict, StoredLeaf } from './device-chain/check-frame.js';
export { newDeviceChain } from './device-chain/state.js';
export type { DeviceChainState, OpenGap } from './device-chain/state.js';

export { CompactRange } from './merkle/compact-range.js';
export type { CompactRangeSnapshot } from './merkle/compact-range.js';
export { merkleHasher } from './merkle/hasher.js';
export type { MerkleHasher } from './merkle/hasher.js';
export { rootFromInclusion, verifyInclusion } from './merkle/inclusion.js';
export type { InclusionProof } from './merkle/inclusion.js';
export { LEVELS_PER_BLOB, packNodes, packedNodeReader } from './merkle/packed.js';
export type { PackedNodes } from './merkle/packed.js';
export { MerkleTree, inclusionPath, merkleRoot, rangeRoot } from './merkle/tree.js';
export type { NodeReader } from './merkle/tree.js';

export { ERASURE_REASONS } from './block/block.js';
export type {
  Block,
  BlockContent,
  BlockGap,
  BlockType,
  ErasedFrame,
  ErasureBlock,
  ErasureBody,
  ErasureReason,
  FramesBlock,
  FramesBody,
  GenesisBlock,
  GenesisBody,
  RekeyBlock,
  RekeyBody,
  UnsignedBlock,
} from './block/block.js';
export { checkAppend } from './block/check-append.js';
export type { AppendOptions, ChainState } from './block/check-append.js';
export { detectFork } from './block/fork.js';
export type { ForkEvidence } from './block/fork.js';
export { isFramesRoot } from './block/frames-root.js';
export { BLOCK_HASH_PREFIX, blockHash, blockPreimage, leadingZeroBits } from './block/hash.js';
export type { ChainKeys } from './block/keys.js';
export { checkBlockForm, parseBlock } from './block/parse.js';
export { STATEMENT_TYP, readStatement } from './block/statement.js';
export type { ExpectedStatement, StatementReading, Verification } from './block/statement.js';

export type { FindDevice, KnownDevice, StoredFrame } from './chain/frame-check.js';
export type { ChainFault, ChainFaultCode, ChainReport } from './chain/report.js';
export { verifyChain } from './chain/verify-chain.js';
export type { AnchoredHead, VerifyChainOptions } from './chain/verify-chain.js';

export { PROOF_STEPS } from './proof/checklist.js';
export type { ProofStep, StepResult } from './proof/checklist.js';
export { readEnvelope } from './proof/envelope.js';
export type { TransactionEnvelope } from './proof/envelope.js';
export { checkProofForm, parseProof, parseTrustRoots } from './proof/parse.js';
export type { Proof, ProofTransaction, TrustRoots } from './proof/proof.js';
export { DEVNET_WARNING, isDevnet, verifyProof } from './proof/verify.js';
export type { ProofReport } from './proof/verify.js';
