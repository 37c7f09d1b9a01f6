import { elementAt } from '../element-at.js';
import type { Block, ErasureBlock, FramesBlock } from '../block/block.js';
import { checkAppend } from '../block/check-append.js';
import type { ChainState } from '../block/check-append.js';
import { isFramesRoot } from '../block/frames-root.js';
import type { Verification } from '../block/statement.js';
import { ChainError } from '../errors.js';
import { merkleHasher } from '../merkle/hasher.js';
import type { MerkleHasher } from '../merkle/hasher.js';
import { FrameCheck } from './frame-check.js';
import type { FindDevice, StoredFrame } from './frame-check.js';
import { MAX_REPORTED_FAULTS } from './report.js';
import type { ChainFault, ChainReport } from './report.js';

/** A head that a ledger has an anchor for. */
export type AnchoredHead = { readonly height: number; readonly hash: string };

export type VerifyChainOptions = Verification & {
  /** Leaves and frames of a block in order. Without it only blocks are verified. */
  readonly framesOf?: (block: FramesBlock) => readonly StoredFrame[] | Promise<readonly StoredFrame[]>;
  /** The patient's devices, former ones included; with `framesOf`. */
  readonly findDevice?: FindDevice;
  readonly anchors?: readonly AnchoredHead[];
  /** A faster one than that over `hash`: `nodeMerkleHasher`, where there is node:crypto. */
  readonly merkle?: MerkleHasher;
  /** Called after every block. */
  readonly onProgress?: (progress: { readonly blocks: number; readonly frames: number }) => void;
};

/**
 * Verifies a whole chain in one pass: every block by the append rule, every frame against its leaf, key and device
 * chain, every anchor. Stops at the first block that cannot follow, since nothing after it can be trusted; bad
 * frames are reported and the pass goes on. Bad data ends in the report; only failing reads are thrown.
 */
export async function verifyChain(
  blocks: Iterable<Block> | AsyncIterable<Block>,
  options: VerifyChainOptions,
): Promise<ChainReport> {
  const pass = new ChainPass(options);
  for await (const block of blocks) {
    if (!(await pass.add(block))) break;
  }
  return pass.finish();
}

class ChainPass {
  readonly #options: VerifyChainOptions;
  readonly #merkle: MerkleHasher;
  readonly #frameCheck: FrameCheck | undefined;
  readonly #anchorsByHeight: Map<number, Set<string>>;
  readonly #faults: ChainFault[] = [];
  /** Leaves without frames, until an erasure block names them: `height:index` → leaf. */
  readonly #gone = new Map<string, string>();
  readonly #erased = new Map<string, string>();
  #faultCount = 0;
  #state: ChainState | null = null;
  #blocks = 0;
  #frames = 0;
  #anchors = 0;

  constructor(options: VerifyChainOptions) {
    this.#options = options;
    this.#merkle = options.merkle ?? merkleHasher(options.hash);
    const findDevice = options.findDevice ?? (() => undefined);
    this.#frameCheck =
      options.framesOf === undefined
        ? undefined
        : new FrameCheck({ ...options, merkle: this.#merkle, findDevice }, (fault) => this.#fail(fault));
    this.#anchorsByHeight = new Map();
    for (const { height, hash } of options.anchors ?? []) {
      const hashes = this.#anchorsByHeight.get(height) ?? new Set();
      this.#anchorsByHeight.set(height, hashes.add(hash));
    }
  }

  /** False when the block cannot follow. */
  async add(block: Block): Promise<boolean> {
    const height = this.#state === null ? 0 : this.#state.height + 1;
    try {
      this.#state = checkAppend(this.#state, block, this.#options);
    } catch (error) {
      if (!(error instanceof ChainError)) throw error;
      this.#fail({ code: error.code, height, detail: error.message });
      return false;
    }
    this.#blocks++;
    this.#checkAnchors(this.#state);
    if (block.type === 'frames') await this.#addFrames(block);
    if (block.type === 'erasure' && this.#frameCheck !== undefined) this.#addErasure(block);
    this.#options.onProgress?.({ blocks: this.#blocks, frames: this.#frames });
    return true;
  }

  finish(): ChainReport {
    if (this.#state === null && this.#faultCount === 0) {
      this.#fail({ code: 'CHAIN_EMPTY', height: 0, detail: 'there is no block' });
    }
    for (const key of this.#gone.keys()) {
      const [height, index] = key.split(':').map(Number) as [number, number];
      this.#fail({
        code: 'FRAME_MISSING',
        height,
        index,
        detail: 'the frame is gone and no erasure block names it',
      });
    }
    for (const [height] of this.#anchorsByHeight) {
      const detail = 'the ledger has an anchor for a block that this chain lacks';
      this.#fail({ code: 'CHAIN_FORKED', height, detail });
    }
    const state = this.#state;
    return {
      ok: this.#faultCount === 0,
      patientId: state?.patientId ?? null,
      blocks: this.#blocks,
      frames: this.#frames,
      readings: this.#frameCheck?.readings ?? 0,
      erased: this.#erased.size,
      missing: this.#gone.size,
      gaps: this.#frameCheck?.gaps ?? 0,
      anchors: this.#anchors,
      head: state === null ? null : { height: state.height, hash: state.head },
      faults: this.#faults,
      faultCount: this.#faultCount,
    };
  }

  #checkAnchors({ height, head }: ChainState): void {
    const hashes = this.#anchorsByHeight.get(height);
    if (hashes === undefined) return;
    this.#anchorsByHeight.delete(height);
    if (hashes.delete(head)) this.#anchors++;
    if (hashes.size > 0) {
      this.#fail({ code: 'CHAIN_FORKED', height, detail: `the ledger has another block ${height} anchored` });
    }
  }

  async #addFrames(block: FramesBlock): Promise<void> {
    if (this.#frameCheck === undefined || this.#options.framesOf === undefined) {
      this.#frames += block.body.frameCount;
      return;
    }
    const stored = await this.#options.framesOf(block);
    const leaves = stored.map(({ leaf }) => leaf);
    if (!isFramesRoot(block.body, leaves, this.#merkle)) {
      const detail = `${stored.length} stored leaves do not make the block's framesRoot over ${block.body.frameCount}`;
      this.#fail({ code: 'FRAMES_ROOT_MISMATCH', height: block.height, detail });
    }
    const { sound, gone } = this.#frameCheck.check(block, stored);
    this.#frames += sound;
    for (const index of gone) this.#gone.set(`${block.height}:${index}`, elementAt(stored, index).leaf);
  }

  #addErasure(block: ErasureBlock): void {
    for (const { height, index, leaf } of block.body.erased) {
      const key = `${height}:${index}`;
      if (this.#gone.get(key) === leaf) {
        this.#gone.delete(key);
        this.#erased.set(key, leaf);
      } else if (this.#erased.get(key) !== leaf) {
        const detail = `block ${block.height} erased this frame, which is still stored or never was; erase it again`;
        this.#fail({ code: 'ERASURE_NOT_APPLIED', height, index, detail });
      }
    }
  }

  #fail(fault: ChainFault): void {
    this.#faultCount++;
    if (this.#faults.length < MAX_REPORTED_FAULTS) this.#faults.push(fault);
  }
}
