import type { HashFunction } from '@careledger/crypto/portable';
import { frameOrigin } from '../frame/origin.js';

/** Skipped counters that may still arrive: `from` to `to`, both included. */
export type OpenGap = {
  readonly from: number;
  readonly to: number;
  /** Link of frame `from - 1` (or the origin), which the filler `from` must name as its `prev`. */
  readonly before: string;
  /** What frame `to + 1` named as its `prev`: the link that the filler `to` must have. */
  readonly after: string;
};

/** All that the append rule needs to know of a device's chain in one epoch. Plain JSON, bounded by `MAX_OPEN_GAPS`. */
export type DeviceChainState = {
  readonly deviceId: string;
  readonly epoch: string;
  /** The counter expected next. */
  readonly nextSeq: number;
  /** What the next frame names as its `prev`: the link of the frame with the highest counter, or the origin. base64url. */
  readonly head: string;
  /** Leaf of that frame, where it is another than its link: it is a void frame. */
  readonly headLeaf?: string;
  /** In ascending order, disjoint. */
  readonly gaps: readonly OpenGap[];
};

/** The state before a device's first frame in an epoch. */
export function newDeviceChain(deviceId: string, epoch: string, hash: HashFunction): DeviceChainState {
  return { deviceId, epoch, nextSeq: 0, head: frameOrigin(deviceId, epoch, hash), gaps: [] };
}
