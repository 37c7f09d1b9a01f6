import type { ChainErrorCode, FrameErrorCode } from '../errors.js';

/** What is wrong with a chain beyond what a single block's append rule says. */
export type ChainFaultCode =
  | ChainErrorCode
  | FrameErrorCode
  /** The chain has no block. */
  | 'CHAIN_EMPTY'
  /** The chain lacks a block that the ledger has an anchor for, or has another one instead. */
  | 'CHAIN_FORKED'
  /** A leaf without its frame, and no erasure block names it. */
  | 'FRAME_MISSING'
  /** A stored frame that is not the one its leaf was made of. */
  | 'FRAME_TAMPERED'
  /** A frame under a key that is not one of the patient's devices. */
  | 'FRAME_DEVICE_UNKNOWN'
  /** A frame that stands in the chain twice. */
  | 'FRAME_REPEATED'
  /** The gaps that a block names are not the gaps of its frames. */
  | 'GAPS_MISMATCH'
  /** An erasure block names a frame that is still stored, or never was. */
  | 'ERASURE_NOT_APPLIED';

export type ChainFault = {
  readonly code: ChainFaultCode;
  /** Height of the block in question. */
  readonly height: number;
  /** Frame within the block, where one is in question. */
  readonly index?: number;
  readonly detail: string;
};

/** What a verification found. The chain is sound if `ok`: every count is of what verified. */
export type ChainReport = {
  readonly ok: boolean;
  readonly patientId: string | null;
  readonly blocks: number;
  readonly frames: number;
  readonly readings: number;
  /** Frames named by an erasure block and gone. */
  readonly erased: number;
  /** Frames that are gone and should not be. */
  readonly missing: number;
  /** Counters that devices skipped and did not send later, as far as frames are readable. */
  readonly gaps: number;
  /** Anchored heads that the chain contains. */
  readonly anchors: number;
  /** Height and hash of the last block that verified. */
  readonly head: { readonly height: number; readonly hash: string } | null;
  /** The first faults, at most `MAX_REPORTED_FAULTS`; `faultCount` has them all. */
  readonly faults: readonly ChainFault[];
  readonly faultCount: number;
};

/** A rotten disk must not exhaust memory as well. */
export const MAX_REPORTED_FAULTS = 1_000;
