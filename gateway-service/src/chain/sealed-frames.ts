import {
  inclusionPath,
  nodeMerkleHasher,
  packedNodeReader,
  type InclusionProof,
} from '@careledger/private-chain';
import type { FrameRow, FramesOfBlock } from '../store/index.js';

/** Where a frame lies in its block. */
export interface SealedPlace {
  readonly rowId: number;
  readonly inclusion: InclusionProof;
}

/** Where each frame of a sealed block lies. It holds nothing of what frames say: that may be erased meanwhile. */
export class SealedFrames {
  readonly #rows: readonly number[];
  readonly #leaves: Uint8Array;
  /** By `chainNo seq`. */
  readonly #places: ReadonlyMap<string, number>;
  #nodeAt: ReturnType<typeof packedNodeReader> | undefined;

  /** @param frames in the order of their leaves */
  constructor({ rows, leaves }: Pick<FramesOfBlock, 'rows' | 'leaves'>, frames: readonly FrameRow[]) {
    this.#rows = rows;
    this.#leaves = leaves;
    const indexOf = new Map(rows.map((rowId, index) => [rowId, index]));
    this.#places = new Map(
      frames.map(({ rowId, chainNo, seq }) => [`${chainNo} ${seq}`, indexOf.get(rowId) ?? -1]),
    );
  }

  /** Undefined where no such frame lies in it. */
  find(chainNo: number, seq: number): SealedPlace | undefined {
    const index = this.#places.get(`${chainNo} ${seq}`);
    const rowId = index === undefined ? undefined : this.#rows[index];
    if (index === undefined || rowId === undefined) return undefined;
    const size = this.#rows.length;
    // The reader keeps the tree's nodes once they were hashed.
    this.#nodeAt ??= packedNodeReader(size, this.#leaves);
    const path = inclusionPath(index, size, this.#nodeAt, nodeMerkleHasher);
    return { rowId, inclusion: { index, size, path } };
  }
}
