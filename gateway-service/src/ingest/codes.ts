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
