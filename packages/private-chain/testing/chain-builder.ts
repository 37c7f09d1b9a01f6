import { elementAt } from '../src/element-at.js';
import type { Signer } from '@careledger/crypto';
import type { Block, BlockContent, BlockGap } from '../src/block/block.js';
import type { ChainState } from '../src/block/check-append.js';
import { framesBody, sealBlock, sealGenesis } from '../src/block/seal.js';
import { CompactRange } from '../src/merkle/compact-range.js';
import { nodeMerkleHasher } from '../src/merkle/node-hasher.js';
import { MerkleTree } from '../src/merkle/tree.js';
import { NETWORK, START_MS, consent, gateway, patientId, publicKeyOf, registration } from './fixtures.js';

type Stored = { leaf: string; frame: string | null };

/** Builds a chain as a gateway does, one minute a block. Nothing is checked, so that attacks can be built too. */
export class ChainBuilder {
  readonly blocks: Block[] = [];
  readonly frames: Record<string, Stored[]> = {};
  state: ChainState;
  signer: Signer = gateway;

  constructor({ difficulty = 0, network = NETWORK }: { difficulty?: number; network?: string } = {}) {
    const body = {
      network,
      consentKey: publicKeyOf(consent),
      gatewayKey: publicKeyOf(gateway),
      registration: registration(consent, gateway, network),
      software: 'careledger-gateway/0.1.0',
    };
    const { block, state } = sealGenesis({ patientId, timeMs: START_MS, difficulty, body }, gateway);
    this.blocks.push(block);
    this.state = state;
  }

  add(content: BlockContent): this {
    const timeMs = START_MS + this.blocks.length * 60_000;
    const { block, state } = sealBlock(this.state, content, timeMs, this.signer);
    this.blocks.push(block);
    this.state = state;
    return this;
  }

  addFrames(tokens: readonly string[], gaps: readonly BlockGap[] = []): this {
    const stored = tokens.map((frame) => ({ leaf: nodeMerkleHasher.leaf(frame), frame }));
    const range = new CompactRange(nodeMerkleHasher);
    for (const { leaf } of stored) range.append(leaf);
    this.add({ type: 'frames', body: framesBody(range, gaps) });
    this.frames[String(this.state.height)] = stored;
    return this;
  }

  block(height: number): Block {
    return elementAt(this.blocks, height);
  }

  /** Leaves and frames of the block at a height, as a store has them; attacks change them. */
  stored(height: number): Stored[] {
    const stored = this.frames[String(height)];
    if (stored === undefined) throw new RangeError(`Block ${height} has no frames`);
    return stored;
  }

  /** Where a frame lies in the block at a height. */
  inclusion(height: number, index: number): { index: number; size: number; path: string[] } {
    const leaves = this.stored(height).map(({ leaf }) => leaf);
    return { index, size: leaves.length, path: new MerkleTree(nodeMerkleHasher, leaves).path(index) };
  }
}
