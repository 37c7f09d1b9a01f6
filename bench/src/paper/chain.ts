import { generateEd25519, sha256, toBase64url, type Signer } from '@careledger/crypto';
import { patientIdOf } from '@careledger/domain';
import { MerkleTree, nodeMerkleHasher, sealBlock, sealGenesis } from '@careledger/private-chain';

/** A patient's chain in memory, with the difficulty of an experiment. */
export class ExperimentChain {
  readonly #signer: Signer = generateEd25519().signer;
  #state;
  #timeMs = Date.now();

  constructor(difficulty: number) {
    const key = toBase64url(this.#signer.publicKey);
    const patientId = patientIdOf(this.#signer.publicKey, sha256);
    const body = {
      network: 'bench',
      consentKey: key,
      gatewayKey: key,
      registration: '',
      software: 'careledger-bench/0.1.0',
    };
    this.#state = sealGenesis({ patientId, timeMs: this.#timeMs, difficulty, body }, this.#signer).state;
  }

  /** Hashes the frames, mines and signs the block. Returns the milliseconds that it took. */
  seal(frames: readonly Uint8Array[]): number {
    const beginMs = performance.now();
    const tree = new MerkleTree(nodeMerkleHasher);
    for (const frame of frames) tree.append(nodeMerkleHasher.leaf(frame));
    const body = { framesRoot: tree.root(), frameCount: tree.size, gaps: [] };
    // Another time in each block: another search for its nonce.
    const sealed = sealBlock(this.#state, { type: 'frames', body }, ++this.#timeMs, this.#signer);
    this.#state = sealed.state;
    return performance.now() - beginMs;
  }
}
