/**
 * Everything that checks and nothing that signs: runs in a browser, takes hash and verifier as parameters.
 */
export {
  ChainError,
  FrameError,
  /** @public thrown by `parseProof` and `parseTrustRoots` */
  ProofError,
} from './errors.js';
export type {
  /** @public the codes of `ChainError` */
  ChainErrorCode,
  FrameErrorCode,
  /** @public the codes of `ProofError` */
  ProofErrorCode,
} from './errors.js';
export * from './limits.js';

export type {
  BootReading,
  ClockReading,
  Comparator,
  Frame,
  /** @public who signs a frame of v 2 */
  FrameBy,
  FramePayloadV1,
  FramePayloadV2,
  FrameReading,
  TimedReading,
  /** @public what a void frame says */
  VoidedFrame,
} from './frame/frame.js';
export type { Hello, HelloPayload } from './hello/hello.js';
export { parseHello, verifyHello } from './hello/parse.js';
export { frameOrigin } from './frame/origin.js';
export { parseFrame, verifyFrame } from './frame/parse.js';

export { checkFrame } from './device-chain/check-frame.js';
export type { FrameVerdict, StoredLeaf } from './device-chain/check-frame.js';
export { newDeviceChain } from './device-chain/state.js';
export type { DeviceChainState } from './device-chain/state.js';

export { CompactRange } from './merkle/compact-range.js';
export { merkleHasher } from './merkle/hasher.js';
export { verifyInclusion } from './merkle/inclusion.js';
export type { InclusionProof } from './merkle/inclusion.js';
export { MerkleTree, inclusionPath, merkleRoot } from './merkle/tree.js';

export type {
  Block,
  BlockContent,
  BlockGap,
  ErasedFrame,
  ErasureBody,
  FramesBlock,
  GenesisBlock,
  GenesisBody,
  RekeyBody,
  UnsignedBlock,
} from './block/block.js';
export { checkAppend } from './block/check-append.js';
export type { ChainState } from './block/check-append.js';
export { detectFork } from './block/fork.js';
export { blockHash } from './block/hash.js';
export { parseBlock } from './block/parse.js';
export { STATEMENT_TYP, readStatement } from './block/statement.js';
export type {
  Recoverers,
  /** @public what every check takes: hash and verifier */
  Verification,
} from './block/statement.js';

export type { FindDevice, StoredFrame } from './chain/frame-check.js';
export type {
  /** @public what a report of `verifyChain` lists */
  ChainFault,
  /** @public */
  ChainFaultCode,
  ChainReport,
} from './chain/report.js';
export { verifyChain } from './chain/verify-chain.js';
export type {
  AnchoredHead,
  /** @public the parameter of `verifyChain` */
  VerifyChainOptions,
} from './chain/verify-chain.js';

export type {
  ProofStep,
  /** @public what a report of `verifyProof` lists */
  StepResult,
} from './proof/checklist.js';
export { readEndorsedAnswer } from './proof/endorsed.js';
export type { EndorsedAnswer, Endorsement, KeyVersion } from './proof/endorsed.js';
export { readEnvelope } from './proof/envelope.js';
export { parseProof, parseTrustRoots } from './proof/parse.js';
export type { Proof, TrustRoots } from './proof/proof.js';
export { DEVNET_WARNING, verifyProof } from './proof/verify.js';
export type { ProofReport } from './proof/verify.js';
