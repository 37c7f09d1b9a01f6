import type { DeviceResult } from '@careledger/protocol';
import type { PendingBlock } from '../chain/seal.js';
import type { Device } from '../devices/index.js';
import type { NewFrameRow } from '../store/index.js';
import type { IngestError } from './codes.js';
import type { CommittedFrame, FrameTicket } from './ticket.js';

/** An accepted frame on its way into the store, as its row and as what becomes of it then. */
export type StagedFrame = CommittedFrame & NewFrameRow;

/** What one transaction and one sync complete. */
export class Group {
  readonly frames: StagedFrame[] = [];
  /** Who is answered, and with what. Refused frames and duplicates are among them. */
  readonly answers: { readonly ticket: FrameTicket; readonly result: DeviceResult }[] = [];
  readonly whenDurable: { readonly resolve: () => void; readonly reject: (error: IngestError) => void }[] =
    [];
  /** Devices of whose clocks more is known than the store has. */
  readonly clocks = new Set<Device>();
  /** Blocks that its transaction wrote. */
  blocks: readonly PendingBlock[] = [];
  /** Goes at once, even while another group's sync is under way. */
  isUrgent = false;

  get isEmpty(): boolean {
    return this.answers.length === 0 && this.whenDurable.length === 0;
  }

  fail(error: IngestError): void {
    for (const { ticket } of this.answers) ticket.fail(error);
    for (const { reject } of this.whenDurable) reject(error);
  }
}
