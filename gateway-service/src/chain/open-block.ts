import type { BlockGap, DeviceChainState } from '@careledger/private-chain';

/** What a block needs of the device's chain that a frame continues: a `DeviceChain`. */
export interface ContinuedChain {
  readonly chainNo: number;
  readonly state: DeviceChainState;
}

/** A frame that is on its way into a block. */
export interface OpenFrame {
  readonly rowId: number;
  readonly chain: ContinuedChain;
  readonly seq: number;
  /** Leaf hash, base64url. */
  readonly leaf: string;
  /** Earliest and latest time at which its readings count as measured. */
  readonly minMs: number;
  readonly maxMs: number;
  /** Counters that were skipped just before it. */
  readonly missing: number;
}

/** The block that takes a patient's frames now. Each of them is in the store; this is what its seal will need. */
export class OpenBlock {
  readonly frames: OpenFrame[] = [];
  readonly gaps: BlockGap[] = [];
  minMs = Number.POSITIVE_INFINITY;
  maxMs = Number.NEGATIVE_INFINITY;

  constructor(
    readonly height: number,
    /** Row of its first frame. */
    readonly firstRow: number,
    /** When it is sealed at the latest, milliseconds since 1970. */
    readonly dueMs: number,
    /** At how many frames it is sealed. */
    readonly maxFrames: number,
  ) {}

  add(frame: OpenFrame): void {
    if (frame.missing > 0) this.gaps.push({ index: this.frames.length, missing: frame.missing });
    this.frames.push(frame);
    if (frame.minMs < this.minMs) this.minMs = frame.minMs;
    if (frame.maxMs > this.maxMs) this.maxMs = frame.maxMs;
  }

  get isFull(): boolean {
    return this.frames.length >= this.maxFrames;
  }

  /** Leaf of the frame with this counter, if it is in here. */
  leafOf(chain: ContinuedChain, seq: number): string | undefined {
    return this.frames.find((frame) => frame.seq === seq && frame.chain === chain)?.leaf;
  }
}
