import {
  packTree,
  sealBlock,
  type BlockContent,
  type DeviceChainState,
  type Sealed,
} from '@careledger/private-chain';
import type { BlockRow, FrameRun, FramesOfBlock, StoreWriter } from '../store/index.js';
import type { ContinuedChain, OpenBlock, OpenFrame } from './open-block.js';
import type { PatientChain } from './patient-chain.js';

/** A signed block on its way into the store, with the states that hold after it. */
export interface PendingBlock {
  readonly patient: PatientChain;
  readonly sealed: Sealed;
  /** Frames whose content goes in the same transaction. */
  readonly erased?: readonly { readonly rowId: number; readonly leaf: string }[];
  readonly frames?: {
    readonly stored: FramesOfBlock;
    readonly runs: readonly FrameRun[];
    /** Each device's chain as it stood at the seal: by the time of the commit it may have gone on. */
    readonly states: ReadonlyMap<ContinuedChain, DeviceChainState>;
  };
}

/** Signs the patient's open block. The patient's head moves at once; the store follows with `writeBlock`. */
export function sealOpenBlock(patient: PatientChain, open: OpenBlock, nowMs: number): PendingBlock {
  const { root, leaves } = packTree(open.frames.map(({ leaf }) => leaf));
  const body = { framesRoot: root, frameCount: open.frames.length, gaps: open.gaps };
  const sealed = sealNext(patient, { type: 'frames', body }, nowMs);
  patient.sealed(open);
  const stored = {
    minMs: open.minMs,
    maxMs: open.maxMs,
    rows: open.frames.map(({ rowId }) => rowId),
    leaves,
  };
  const seqs = seqsByChain(open.frames);
  return {
    patient,
    sealed,
    frames: {
      stored,
      runs: [...seqs].flatMap(([{ chainNo }, list]) => [...runsOf(chainNo, list, open.height)]),
      states: new Map([...seqs.keys()].map((chain) => [chain, chain.state])),
    },
  };
}

/** Signs a block of another kind. The patient must have no open block, whose height it would take. */
export function sealNext(patient: PatientChain, content: BlockContent, nowMs: number): Sealed {
  const sealed = sealBlock(patient.state, content, nowMs, patient.signer);
  patient.state = sealed.state;
  return sealed;
}

/** Writes a block, where its frames are, and the states of the chains that it ends with. */
export function writeBlock(
  writer: StoreWriter,
  { patient, sealed, frames, erased = [] }: PendingBlock,
): void {
  const row: BlockRow = {
    patientNo: patient.patientNo,
    height: sealed.block.height,
    hash: sealed.state.head,
    json: JSON.stringify(sealed.block),
  };
  writer.insertBlock(row, frames?.stored);
  // Written for others as well, it would be one more page of the store for every block.
  if (sealed.block.type === 'rekey') writer.setChainState(patient.patientNo, sealed.state);
  for (const { rowId, leaf } of erased) writer.eraseFrame(rowId, leaf);
  if (frames === undefined) return;
  for (const [{ chainNo }, state] of frames.states) writer.setDeviceChainState(chainNo, state);
  for (const run of frames.runs) writer.insertFrameRun(run);
}

function seqsByChain(frames: readonly OpenFrame[]): Map<ContinuedChain, number[]> {
  const byChain = new Map<ContinuedChain, number[]>();
  for (const { chain, seq } of frames) {
    const seqs = byChain.get(chain);
    if (seqs === undefined) byChain.set(chain, [seq]);
    else seqs.push(seq);
  }
  return byChain;
}

/** Consecutive counters put together; late fillers make runs of their own. */
function* runsOf(chainNo: number, seqs: readonly number[], height: number): Iterable<FrameRun> {
  const sorted = isAscending(seqs) ? seqs : [...seqs].sort((a, b) => a - b);
  let fromSeq: number | undefined;
  for (let index = 0; index < sorted.length; index++) {
    const seq = sorted[index] as number;
    fromSeq ??= seq;
    if (sorted[index + 1] === seq + 1) continue;
    yield { chainNo, fromSeq, toSeq: seq, height };
    fromSeq = undefined;
  }
}

/** As nearly all are: only late fillers are out of order. */
const isAscending = (seqs: readonly number[]): boolean =>
  seqs.every((seq, index) => index === 0 || seq > (seqs[index - 1] as number));
