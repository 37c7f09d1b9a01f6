import { toBase64url, type Signer } from '@careledger/crypto';
import type { ChainState } from '@careledger/private-chain';
import { StoreError } from '../store/index.js';
import { BLOCK_MAX_FRAMES } from './limits.js';
import { OpenBlock } from './open-block.js';
import { firstBlockFrames, phaseOf, sealDueMs } from './stagger.js';

/** Most patients have none: they share this. */
const NO_BLOCKS: readonly OpenBlock[] = [];

/** A patient's chain as the gateway keeps it in memory: its head, the open block, and who signs. */
export class PatientChain {
  /** The block that takes frames now; undefined while there is none. */
  open: OpenBlock | undefined;
  /** Sealed but not committed yet: the store does not know them. */
  uncommitted: readonly OpenBlock[] = NO_BLOCKS;
  #durableHeight: number;
  #durableHash: string;
  readonly #openSigners: (patientId: string) => readonly Signer[];
  #signer: Signer | undefined;
  #isFirstBlock = true;

  constructor(
    readonly patientNo: number,
    readonly patientId: string,
    /** After the newest sealed block. */
    public state: ChainState,
    /** Every gateway key that there is for a patient, oldest first. One function for all of them. */
    openSigners: (patientId: string) => readonly Signer[],
  ) {
    this.#durableHeight = state.height;
    this.#durableHash = state.head;
    this.#openSigners = openSigners;
  }

  /** Newest block that is on disk. One that is not must not be anchored: a power failure could take it back. */
  get durableHead(): { readonly height: number; readonly hash: string } {
    return { height: this.#durableHeight, hash: this.#durableHash };
  }

  /** The block after which this is the state is on disk. */
  durable({ height, head }: Pick<ChainState, 'height' | 'head'>): void {
    this.#durableHeight = height;
    this.#durableHash = head;
  }

  /** The gateway key in force. Opened when it is first needed, so that thousands of patients start quickly. */
  get signer(): Signer {
    if (this.#signer === undefined) {
      const signer = this.#openSigners(this.patientId).find(
        ({ publicKey }) => toBase64url(publicKey) === this.state.gatewayKey,
      );
      if (signer === undefined) {
        throw new StoreError(
          'STORE_INCONSISTENT',
          `The key store has another gateway key than the chain of ${this.patientId}: restore both from one backup`,
        );
      }
      this.#signer = signer;
    }
    return this.#signer;
  }

  /** The gateway keys with which anything of the patient's was signed here, raw, oldest first. */
  signerKeys(): Uint8Array[] {
    return this.#openSigners(this.patientId).map(({ publicKey }) => publicKey);
  }

  /** The open block, opened if there is none. */
  openFor(rowId: number, nowMs: number): OpenBlock {
    if (this.open === undefined) {
      const phase = phaseOf(this.patientNo);
      const maxFrames = this.#isFirstBlock ? firstBlockFrames(phase) : BLOCK_MAX_FRAMES;
      this.#isFirstBlock = false;
      this.open = new OpenBlock(this.state.height + 1, rowId, sealDueMs(phase, nowMs), maxFrames);
    }
    return this.open;
  }

  /** The open block is sealed, and the store does not know it yet. */
  sealed(open: OpenBlock): void {
    this.open = undefined;
    this.uncommitted = [...this.uncommitted, open];
  }

  /** The store has every block that was sealed. */
  committed(): void {
    this.uncommitted = NO_BLOCKS;
  }

  /** Back to what the store has. */
  reset(state: ChainState): void {
    // A head is of one chain: with the same head, what is here is the same state, and its texts are here already.
    if (state.head !== this.state.head) this.state = state;
    this.open = undefined;
    this.uncommitted = NO_BLOCKS;
    // A rekey block may be among what is not there.
    this.#signer = undefined;
  }

  /** Signs with this key from now on: the next block has to be the rekey block that appoints it. */
  useSigner(signer: Signer): void {
    this.#signer = signer;
  }
}
