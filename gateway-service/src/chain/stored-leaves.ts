import { LruMap } from '@careledger/crypto';
import { nodeMerkleHasher, type StoredLeaf } from '@careledger/private-chain';
import type { FrameRow, StoreReader } from '../store/index.js';
import type { DeviceChain } from './device-chain.js';

/** Sealed blocks whose leaves are kept: a device that sends its history again asks for one after the other. */
const CACHED_BLOCKS = 64;

/** Finds the leaf of a frame that was accepted before: in open blocks, then by the index of sealed ones. */
export class StoredLeaves {
  readonly #read: StoreReader;
  /** `patientNo height` → `chainNo seq` → leaf. */
  readonly #blocks = new LruMap<string, ReadonlyMap<string, string>>(CACHED_BLOCKS);

  constructor(read: StoreReader) {
    this.#read = read;
  }

  find(chain: DeviceChain, seq: number): StoredLeaf | undefined {
    const { open, uncommitted, patientNo } = chain.patient;
    for (const block of open === undefined ? uncommitted : [open, ...uncommitted]) {
      const leaf = block.leafOf(chain, seq);
      if (leaf !== undefined) return { leaf, height: block.height };
    }
    const height = this.#read.heightOfSeq(chain.chainNo, seq);
    if (height === undefined) return undefined;
    const leaf = this.#leavesOf(patientNo, height).get(`${chain.chainNo} ${seq}`);
    return leaf === undefined ? undefined : { leaf, height };
  }

  #leavesOf(patientNo: number, height: number): ReadonlyMap<string, string> {
    const name = `${patientNo} ${height}`;
    const known = this.#blocks.get(name);
    if (known !== undefined) return known;
    const leaves = new Map<string, string>();
    for (const rowId of this.#read.framesOfBlock(patientNo, height)?.rows ?? []) {
      const row = this.#read.frame(rowId);
      if (row !== undefined) leaves.set(`${row.chainNo} ${row.seq}`, leafOfRow(row));
    }
    this.#blocks.set(name, leaves);
    return leaves;
  }
}

/** A stored frame's leaf hash: of its content, or as kept when that was erased. */
export function leafOfRow({ jws, leaf }: Pick<FrameRow, 'jws' | 'leaf'>): string {
  return jws === null ? (leaf ?? '') : nodeMerkleHasher.leaf(jws);
}
