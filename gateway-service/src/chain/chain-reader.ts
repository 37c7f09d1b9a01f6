import { setImmediate } from 'node:timers/promises';
import { sha256, type SignatureVerifier } from '@careledger/crypto';
import {
  nodeMerkleHasher,
  packedNodeReader,
  parseBlock,
  verifyChain,
  type AnchoredHead,
  type Block,
  type ChainReport,
  type FindDevice,
  type StoredFrame,
} from '@careledger/private-chain';
import type { BlockRow, FrameRow, StoreReader } from '../store/index.js';
import { ChainAccessError } from './errors.js';
import { READ_PAGE_BLOCKS } from './limits.js';
import { SealedFrames } from './sealed-frames.js';

export interface ChainReaderOptions {
  readonly read: StoreReader;
  readonly verifier: SignatureVerifier;
  /** `devices/registry.ts`: by key id, former ones included. */
  readonly devices: { findByKid: FindDevice };
}

/** Reads sealed blocks, says where their frames lie, and verifies them. */
export class ChainReader {
  readonly #options: ChainReaderOptions;

  constructor(options: ChainReaderOptions) {
    this.#options = options;
  }

  /** @throws ChainAccessError `BLOCK_NOT_FOUND` */
  block(patientNo: number, height: number): Block {
    return parseBlock(this.#row(patientNo, height).json);
  }

  /** Blocks from a height on, at most `limit`. */
  blocksFrom(
    patientNo: number,
    height: number,
    limit: number,
  ): { readonly block: Block; readonly hash: string }[] {
    const rows = this.#options.read.blocksFrom(patientNo, height, limit);
    return rows.map(({ json, hash }) => ({ block: parseBlock(json), hash }));
  }

  /** The genesis and every re-key below a height: how the gateway key came to be. */
  keyBlocksBelow(patientNo: number, height: number): Block[] {
    return this.#options.read
      .blocksWithoutFrames(patientNo, height)
      .map(({ json }) => parseBlock(json))
      .filter(({ type }) => type === 'genesis' || type === 'rekey');
  }

  /** All blocks, read page by page. */
  *blocks(patientNo: number): Iterable<Block> {
    for (let height = 0; ; height += READ_PAGE_BLOCKS) {
      const page = this.#options.read.blocksFrom(patientNo, height, READ_PAGE_BLOCKS);
      for (const { json } of page) yield parseBlock(json);
      if (page.length < READ_PAGE_BLOCKS) return;
    }
  }

  /** A sealed block's frames in the order of its leaves. */
  framesOf(patientNo: number, height: number): FrameRow[] {
    const rows = this.#options.read.framesOfBlock(patientNo, height)?.rows ?? [];
    return rows.flatMap((rowId) => this.#options.read.frame(rowId) ?? []);
  }

  /** Where each frame of a sealed block lies; undefined where none is sealed at that height. */
  sealedFrames(patientNo: number, height: number): SealedFrames | undefined {
    const { read } = this.#options;
    const stored = read.framesOfBlock(patientNo, height);
    if (stored === undefined) return undefined;
    return new SealedFrames(
      stored,
      stored.rows.flatMap((rowId) => read.frame(rowId) ?? []),
    );
  }

  /**
   * Verifies a whole chain against its raw frames and, where given, what the ledger has anchored.
   * @param onBlock is told the height of each block before its frames are looked at
   */
  verify(
    patientNo: number,
    anchors: readonly AnchoredHead[] = [],
    onBlock: (height: number) => void = () => undefined,
  ): Promise<ChainReport> {
    const { verifier, devices } = this.#options;
    return verifyChain(this.blocks(patientNo), {
      hash: sha256,
      merkle: nodeMerkleHasher,
      verifier,
      findDevice: (kid) => devices.findByKid(kid),
      anchors,
      framesOf: async ({ height }) => {
        // A block at a time, so that frames are taken in meanwhile.
        await setImmediate();
        onBlock(height);
        return this.#storedFrames(patientNo, height);
      },
    });
  }

  /** What was sealed, from the block's leaves, beside what the store has now. */
  #storedFrames(patientNo: number, height: number): StoredFrame[] {
    const { read } = this.#options;
    const stored = read.framesOfBlock(patientNo, height);
    if (stored === undefined) return [];
    const { rows, leaves } = stored;
    const nodeAt = packedNodeReader(rows.length, leaves);
    return read.frameContents(rows).map((frame, index) => ({ leaf: nodeAt(0, index), frame }));
  }

  #row(patientNo: number, height: number): BlockRow {
    const row = this.#options.read.block(patientNo, height);
    if (row === undefined) throw new ChainAccessError('BLOCK_NOT_FOUND', `There is no block ${height} yet`);
    return row;
  }
}
