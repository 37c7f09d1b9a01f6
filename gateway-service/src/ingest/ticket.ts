import type { Frame } from '@careledger/private-chain';
import type { FrameResult } from '@careledger/protocol';
import type { TraceParent } from '@careledger/service-kit';
import type { Device } from '../devices/index.js';
import type { IngestError } from './codes.js';

/** Whoever handed a frame in. Exactly one of the two is called, once. */
export interface FrameTicket {
  /** It is on disk, was so before, or is refused for good: acknowledge it. */
  settle(result: FrameResult): void;
  /** Nothing is decided: do not acknowledge it, so that it comes again. */
  fail(error: IngestError): void;
}

/** A frame that is on disk, as whoever processes it gets it: no need to read or parse it again. */
export interface CommittedFrame {
  readonly rowId: number;
  readonly patientNo: number;
  readonly device: Device;
  readonly frame: Frame;
  readonly receivedMs: number;
  /** Bits of `FRAME_FLAG`. */
  readonly flags: number;
  readonly isUrgent: boolean;
  /** What is done because of it goes on from here; null where it is not traced. */
  readonly trace: TraceParent | null;
}
