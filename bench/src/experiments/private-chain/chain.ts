import { generateEd25519, type Signer } from '@careledger/crypto';
import { MerkleTree, nodeMerkleHasher, sealBlock } from '@careledger/private-chain';
import { benchGenesis } from '../../chain/genesis.js';

/** A block as it was made. */
export interface TimedBlock {
  /** Hashed, mined and signed. */
  readonly ms: number;
  /** Of its JSON, as the gateway stores it. */
  readonly bytes: number;
}

/** A patient's chain in memory, with the difficulty of an experiment. */
export class ExperimentChain {
  readonly #signer: Signer = generateEd25519().signer;
  #state;
  #timeMs = Date.now();

  constructor(difficulty: number) {
    this.#state = benchGenesis(this.#signer, this.#timeMs, difficulty).state;
  }

  /** Hashes the frames, mines and signs the block. */
  seal(frames: readonly Uint8Array[]): TimedBlock {
    const beginMs = performance.now();
    const tree = new MerkleTree(nodeMerkleHasher);
    for (const frame of frames) tree.append(nodeMerkleHasher.leaf(frame));
    const body = { framesRoot: tree.root(), frameCount: tree.size, gaps: [] };
    // Another time in each block: another search for its nonce.
    const sealed = sealBlock(this.#state, { type: 'frames', body }, ++this.#timeMs, this.#signer);
    this.#state = sealed.state;
    const ms = performance.now() - beginMs;
    return { ms, bytes: Buffer.byteLength(JSON.stringify(sealed.block)) };
  }
}
