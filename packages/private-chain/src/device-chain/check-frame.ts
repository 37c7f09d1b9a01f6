import { elementAt } from '../element-at.js';
import type { FrameErrorCode } from '../errors.js';
import type { Frame } from '../frame/frame.js';
import { linkOf } from '../frame/void.js';
import { MAX_GAP_FRAMES, MAX_OPEN_GAPS } from '../limits.js';
import type { DeviceChainState, OpenGap } from './state.js';

/** A frame that the caller's store has for a counter, with the height of its block once it is sealed. */
export type StoredLeaf = { readonly leaf: string; readonly height?: number };

/** Looks a stored frame of this device and epoch up; asked only about counters below `nextSeq` outside open gaps. */
export type FindStoredLeaf = (seq: number) => StoredLeaf | undefined;

/** What becomes of a frame. Only `accepted` changes anything. */
export type FrameVerdict =
  | {
      readonly outcome: 'accepted';
      readonly nextState: DeviceChainState;
      /** The counters that this frame skipped. */
      readonly gap?: { readonly from: number; readonly to: number };
      /** The frame came late and filled a counter in a gap. */
      readonly filler?: true;
      /** The oldest open gap, given up because there were too many: its frames will be refused. */
      readonly abandoned?: OpenGap;
    }
  | { readonly outcome: 'duplicate'; readonly height?: number }
  | { readonly outcome: 'rejected'; readonly code: FrameErrorCode };

/**
 * The append rule of a device's chain. Pure. The caller has verified the signature with the key of `state.deviceId`
 * and chosen the state by the frame's epoch.
 * @param leaf the frame's leaf hash, base64url
 */
export function checkFrame(
  state: DeviceChainState,
  frame: Pick<Frame, 'epoch' | 'seq' | 'prev' | 'void'>,
  leaf: string,
  findStored: FindStoredLeaf,
): FrameVerdict {
  if (frame.epoch !== state.epoch) return rejected('FRAME_EPOCH_UNKNOWN');
  if (frame.seq === state.nextSeq) return checkNext(state, frame, leaf);
  if (frame.seq > state.nextSeq) return checkSkip(state, frame, leaf);
  const index = state.gaps.findIndex((gap) => gap.from <= frame.seq && frame.seq <= gap.to);
  if (index >= 0) return checkFiller(state, frame, leaf, index);
  return checkStored(state, frame, leaf, findStored);
}

/** What the append rule looks at, once the epoch is known to be the chain's. */
type ChainedFrame = Pick<Frame, 'seq' | 'prev' | 'void'>;

function checkNext(state: DeviceChainState, frame: ChainedFrame, leaf: string): FrameVerdict {
  if (frame.prev !== state.head) return rejected('FRAME_PREV_MISMATCH');
  return { outcome: 'accepted', nextState: advanced(state, frame, leaf, state.gaps) };
}

function checkSkip(state: DeviceChainState, frame: ChainedFrame, leaf: string): FrameVerdict {
  const gap = { from: state.nextSeq, to: frame.seq - 1 };
  if (gap.to - gap.from >= MAX_GAP_FRAMES) return rejected('FRAME_GAP_TOO_LARGE');
  const { kept, abandoned } = bounded([...state.gaps, { ...gap, before: state.head, after: frame.prev }]);
  return { outcome: 'accepted', nextState: advanced(state, frame, leaf, kept), gap, ...abandoned };
}

/** A filler must continue what lies before it and be what lies behind it names, where those neighbours are here. */
function checkFiller(
  state: DeviceChainState,
  frame: ChainedFrame,
  leaf: string,
  index: number,
): FrameVerdict {
  const { seq, prev } = frame;
  const gap = elementAt(state.gaps, index);
  const link = linkOf(frame, leaf);
  if (seq === gap.from && prev !== gap.before) return rejected('FRAME_FILLER_MISLINKED');
  if (seq === gap.to && link !== gap.after) return rejected('FRAME_FILLER_MISLINKED');
  const rest: OpenGap[] = [];
  if (seq > gap.from) rest.push({ from: gap.from, to: seq - 1, before: gap.before, after: prev });
  if (seq < gap.to) rest.push({ from: seq + 1, to: gap.to, before: link, after: gap.after });
  const { kept, abandoned } = bounded(state.gaps.toSpliced(index, 1, ...rest));
  return { outcome: 'accepted', nextState: { ...state, gaps: kept }, filler: true, ...abandoned };
}

function checkStored(
  state: DeviceChainState,
  frame: Pick<Frame, 'seq'>,
  leaf: string,
  findStored: FindStoredLeaf,
): FrameVerdict {
  const stored =
    findStored(frame.seq) ??
    (frame.seq === state.nextSeq - 1 ? { leaf: state.headLeaf ?? state.head } : undefined);
  if (stored === undefined) return rejected('FRAME_GAP_CLOSED');
  if (stored.leaf !== leaf) return rejected('FRAME_SEQ_REUSED');
  return stored.height === undefined
    ? { outcome: 'duplicate' }
    : { outcome: 'duplicate', height: stored.height };
}

function advanced(
  { deviceId, epoch }: DeviceChainState,
  frame: ChainedFrame,
  leaf: string,
  gaps: readonly OpenGap[],
): DeviceChainState {
  const head = linkOf(frame, leaf);
  const next = { deviceId, epoch, nextSeq: frame.seq + 1, head, gaps };
  return head === leaf ? next : { ...next, headLeaf: leaf };
}

/** New frames matter more than late ones: rather than refuse a device with a poor link, forget its oldest gap. */
function bounded(gaps: readonly OpenGap[]): { kept: readonly OpenGap[]; abandoned: { abandoned?: OpenGap } } {
  if (gaps.length <= MAX_OPEN_GAPS) return { kept: gaps, abandoned: {} };
  return { kept: gaps.slice(1), abandoned: { abandoned: elementAt(gaps, 0) } };
}

function rejected(code: FrameErrorCode): FrameVerdict {
  return { outcome: 'rejected', code };
}
