import type { ReadingErrorCode } from '@careledger/clinical';
import type { FrameErrorCode } from '@careledger/private-chain';

/** Why a frame is refused, in `code` of its result. */
export type RefusalCode =
  | FrameErrorCode
  | ReadingErrorCode
  /** A LOINC code that the device did not register for. */
  | 'CODE_NOT_IN_PROFILE'
  | 'DEVICE_SUSPENDED'
  | 'DEVICE_REVOKED'
  /** Published with QoS 0, which has no acknowledgement. */
  | 'QOS_UNSUPPORTED';

/** `again`: what stands in the way ends, or is how the frame was sent, and the same bytes may be taken later. */
export const REFUSAL_CLASS: Readonly<Record<RefusalCode, 'permanent' | 'again'>> = {
  FRAME_MALFORMED: 'permanent',
  FRAME_TOO_LARGE: 'permanent',
  FRAME_TYPE_WRONG: 'permanent',
  FRAME_VERSION_UNSUPPORTED: 'permanent',
  FRAME_TOO_MANY_READINGS: 'permanent',
  FRAME_TIME_INVALID: 'permanent',
  FRAME_VALUE_INVALID: 'permanent',
  FRAME_DUPLICATE_READING: 'permanent',
  FRAME_SIGNATURE_INVALID: 'permanent',
  FRAME_EPOCH_UNKNOWN: 'permanent',
  FRAME_PREV_MISMATCH: 'permanent',
  FRAME_SEQ_REUSED: 'permanent',
  FRAME_FILLER_MISLINKED: 'permanent',
  FRAME_GAP_CLOSED: 'permanent',
  FRAME_GAP_TOO_LARGE: 'permanent',
  UNKNOWN_CODE: 'permanent',
  WRONG_UNIT: 'permanent',
  INVALID_VALUE: 'permanent',
  INVALID_TIME: 'permanent',
  CODE_NOT_IN_PROFILE: 'permanent',
  DEVICE_SUSPENDED: 'again',
  DEVICE_REVOKED: 'permanent',
  QOS_UNSUPPORTED: 'again',
};

/** Whether a frame that was refused with this code may be sent again as it is. */
export const isSentAgain = (code: RefusalCode): boolean => REFUSAL_CLASS[code] === 'again';

/** Why a frame is refused, for its device and for people. */
export interface Refusal {
  readonly code: RefusalCode;
  /** The member in question, and what it should be. ASCII: it goes into a packet that is written by hand. */
  readonly detail?: string;
  /** Counter of the frame; null where it could not be read. */
  readonly seq: number | null;
}

export type IngestErrorCode =
  /** The store could not take it: send it again. */
  | 'STORE_UNAVAILABLE'
  /** Too many frames wait: send it again later. */
  | 'GATEWAY_OVERLOADED'
  | 'GATEWAY_STOPPING';

/** Nothing was decided about a frame: it must be sent again. */
export class IngestError extends Error {
  override readonly name = 'IngestError';

  constructor(
    readonly code: IngestErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
