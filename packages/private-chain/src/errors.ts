/** Why a device's frame is not one, or does not fit its chain. These codes travel in `…/results` messages. */
export type FrameErrorCode =
  | 'FRAME_MALFORMED'
  | 'FRAME_TOO_LARGE'
  | 'FRAME_TYPE_WRONG'
  | 'FRAME_VERSION_UNSUPPORTED'
  | 'FRAME_TOO_MANY_READINGS'
  | 'FRAME_TIME_INVALID'
  | 'FRAME_VALUE_INVALID'
  | 'FRAME_DUPLICATE_READING'
  | 'FRAME_SIGNATURE_INVALID'
  | 'FRAME_EPOCH_UNKNOWN'
  | 'FRAME_PREV_MISMATCH'
  | 'FRAME_SEQ_REUSED'
  | 'FRAME_FILLER_MISLINKED'
  | 'FRAME_GAP_CLOSED'
  | 'FRAME_GAP_TOO_LARGE';

/** Why a block cannot follow, or is none. */
export type ChainErrorCode =
  | 'BLOCK_MALFORMED'
  | 'BLOCK_TOO_LARGE'
  | 'GENESIS_INVALID'
  | 'HEIGHT_MISMATCH'
  | 'PREV_HASH_MISMATCH'
  | 'PATIENT_MISMATCH'
  | 'TIME_DECREASED'
  | 'DIFFICULTY_MISMATCH'
  | 'DIFFICULTY_NOT_MET'
  | 'BLOCK_SIGNATURE_INVALID'
  | 'FRAMES_ROOT_MISMATCH'
  | 'REKEY_UNPROVEN'
  | 'ERASURE_UNPROVEN';

/** Why a file is no proof or no set of trust roots at all; a proof that merely fails gets a report instead. */
export type ProofErrorCode = 'PROOF_MALFORMED' | 'PROOF_TOO_LARGE' | 'ROOTS_MALFORMED' | 'ENVELOPE_MALFORMED';

/** A frame that is refused. `message` names the member in question and what it should be. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
  /** Counter of the frame, where that could be read. */
  seq: number | undefined;

  constructor(
    readonly code: FrameErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** The same, about the frame with this counter. */
  ofFrame(seq: number): this {
    this.seq = seq;
    return this;
  }
}

/** A block that is refused. */
export class ChainError extends Error {
  override readonly name = 'ChainError';

  constructor(
    readonly code: ChainErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A proof file, roots file or transaction envelope that cannot be read. */
export class ProofError extends Error {
  override readonly name = 'ProofError';

  constructor(
    readonly code: ProofErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
