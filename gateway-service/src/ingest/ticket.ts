import type { Frame } from '@careledger/private-chain';
import type { DeviceResult } from '@careledger/protocol';
import type { TraceParent } from '@careledger/service-kit';
import type { TokenSample } from '../device-clock/index.js';
import type { Device } from '../devices/index.js';
import type { IngestError } from './codes.js';

/** Whoever handed a frame in. Exactly one of the two is called, once. */
export interface FrameTicket {
  /** It is on disk, was so before, or is refused for good: acknowledge it. */
  settle(result: DeviceResult): void;
  /** Nothing is decided: do not acknowledge it, so that it comes again. */
  fail(error: IngestError): void;
  /** What the connection's token says of the device's clock, to be believed once a frame of it is accepted. */
  readonly tokenSample?: TokenSample | undefined;
  /** Whether it came from somebody who may have no more of the device than an old token. */
  readonly isUnproved?: boolean;
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
  /** What is added to the times of its readings, as the device said them, to have them by the gateway's clock. */
  readonly offsetMs: number;
  readonly isUrgent: boolean;
  /** What is done because of it goes on from here; null where it is not traced. */
  readonly trace: TraceParent | null;
}
