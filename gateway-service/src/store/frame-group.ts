import { StoreError } from './errors.js';
import type { FrameRow, NewFrameRow } from './rows.js';
import { getUint48, setUint48 } from './uint48.js';

/** Bytes up to which frames are put together: whoever reads one of them reads all. */
const GROUP_MAX_BYTES = 16_384;
/** Big-endian number of frames; behind it their heads, then their contents, both in the order of their rows. */
const COUNT_BYTES = 2;
/** Where a head has what. Numbers are big-endian. */
const HEAD = { chainNo: 0, seq: 6, height: 10, receivedMs: 14, offsetMs: 20, flags: 28, length: 29 } as const;
const HEAD_BYTES = 33;
/** In the byte of the flags: the content is gone, and in its place is the leaf's hash as text. */
const ERASED = 0x80;
/** Of the higher half of a number of eight bytes. */
const HIGH_UNIT = 2 ** 32;

/** A frame as it goes into a group. */
type PackedFrame = Omit<FrameRow, 'leaf'> & { readonly leaf?: string | null };

const ascii = new TextDecoder('latin1');

/** Where the frames end that make one group with the one at `from`: their rows follow one another. */
export function groupEnd(frames: readonly NewFrameRow[], from: number): number {
  const firstRow = (frames[from] as NewFrameRow).rowId;
  let bytes = 0;
  let end = from;
  for (let frame = frames[end]; frame !== undefined; frame = frames[++end]) {
    bytes += HEAD_BYTES + frame.jws.length;
    if (end > from && (bytes > GROUP_MAX_BYTES || frame.rowId !== firstRow + end - from)) break;
  }
  return end;
}

/** Writes groups of frames, one after the other into the same bytes. */
export class GroupPacker {
  #bytes = new Uint8Array(0);
  #view = new DataView(this.#bytes.buffer);

  /** The frames from `from` to before `end`. What it returns is good until the next call. */
  pack(frames: readonly PackedFrame[], from: number, end: number): Uint8Array {
    let contentAt = COUNT_BYTES + HEAD_BYTES * (end - from);
    let bytes = contentAt;
    for (let index = from; index < end; index++) bytes += contentLength(frames[index] as PackedFrame);
    this.#makeRoom(bytes);
    this.#view.setUint16(0, end - from);
    for (let index = from, headAt = COUNT_BYTES; index < end; index++, headAt += HEAD_BYTES) {
      const frame = frames[index] as PackedFrame;
      this.#writeHead(headAt, frame);
      if (frame.jws !== null) this.#bytes.set(frame.jws, contentAt);
      else Buffer.from(this.#bytes.buffer).write(frame.leaf ?? '', contentAt, 'latin1');
      contentAt += contentLength(frame);
    }
    return this.#bytes.subarray(0, bytes);
  }

  #writeHead(at: number, frame: PackedFrame): void {
    const view = this.#view;
    setUint48(view, at + HEAD.chainNo, frame.chainNo);
    view.setUint32(at + HEAD.seq, frame.seq);
    view.setUint32(at + HEAD.height, frame.height);
    setUint48(view, at + HEAD.receivedMs, frame.receivedMs);
    const offsetHigh = Math.floor(frame.offsetMs / HIGH_UNIT);
    view.setInt32(at + HEAD.offsetMs, offsetHigh);
    view.setUint32(at + HEAD.offsetMs + 4, frame.offsetMs - offsetHigh * HIGH_UNIT);
    view.setUint8(at + HEAD.flags, frame.jws === null ? frame.flags | ERASED : frame.flags);
    view.setUint32(at + HEAD.length, contentLength(frame));
  }

  #makeRoom(bytes: number): void {
    if (this.#bytes.length >= bytes) return;
    this.#bytes = new Uint8Array(Math.max(bytes, 2 * GROUP_MAX_BYTES));
    this.#view = new DataView(this.#bytes.buffer);
  }
}

/** Frames of consecutive rows as they are stored together: what came at once, for whichever patients. */
export class FrameGroup {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  /** Where each content begins, and where the last one ends. */
  readonly #starts: number[] = [];

  /** @throws StoreError `STORE_INCONSISTENT` */
  constructor(
    readonly firstRow: number,
    bytes: Uint8Array,
  ) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const count = bytes.length < COUNT_BYTES ? 0 : this.#view.getUint16(0);
    let at = COUNT_BYTES + HEAD_BYTES * count;
    if (count > 0 && at <= bytes.length) {
      this.#starts.push(at);
      for (let index = 0; index < count; index++)
        this.#starts.push((at += this.#view.getUint32(headAt(index) + HEAD.length)));
    }
    if (count === 0 || at !== bytes.length) {
      throw new StoreError(
        'STORE_INCONSISTENT',
        `The frames from ${firstRow} on are damaged in the store: restore a backup`,
      );
    }
  }

  get lastRow(): number {
    return this.firstRow + this.#starts.length - 2;
  }

  has(rowId: number): boolean {
    return rowId >= this.firstRow && rowId <= this.lastRow;
  }

  /** The frame of a row that the group has. */
  frame(rowId: number): FrameRow {
    const at = headAt(rowId - this.firstRow);
    const view = this.#view;
    const flags = view.getUint8(at + HEAD.flags);
    const content = this.#content(rowId - this.firstRow);
    const isErased = (flags & ERASED) !== 0;
    return {
      rowId,
      chainNo: getUint48(view, at + HEAD.chainNo),
      seq: view.getUint32(at + HEAD.seq),
      height: view.getUint32(at + HEAD.height),
      receivedMs: getUint48(view, at + HEAD.receivedMs),
      flags: flags & ~ERASED,
      offsetMs: view.getInt32(at + HEAD.offsetMs) * HIGH_UNIT + view.getUint32(at + HEAD.offsetMs + 4),
      // A copy: whoever keeps it does not keep the others.
      jws: isErased ? null : content.slice(),
      leaf: isErased ? ascii.decode(content) : null,
    };
  }

  /** All its frames, in their order. */
  frames(): FrameRow[] {
    return Array.from({ length: this.#starts.length - 1 }, (_, index) => this.frame(this.firstRow + index));
  }

  /** A frame's content, within the group's bytes; null of one that was erased. */
  content(rowId: number): Uint8Array | null {
    const index = rowId - this.firstRow;
    const isErased = (this.#view.getUint8(headAt(index) + HEAD.flags) & ERASED) !== 0;
    return isErased ? null : this.#content(index);
  }

  #content(index: number): Uint8Array {
    return this.#bytes.subarray(this.#starts[index], this.#starts[index + 1]);
  }
}

const headAt = (index: number): number => COUNT_BYTES + HEAD_BYTES * index;

/** An erased frame has its leaf instead. */
const contentLength = ({ jws, leaf }: PackedFrame): number =>
  jws === null ? (leaf ?? '').length : jws.length;
