import type { SignatureVerifier } from '@careledger/crypto';
import { SIGNATURE_SLOTS, SIGNATURE_SLOT_BYTES } from '../limits.js';
import { SLOT, type SlotMemory } from './slot-memory.js';

/**
 * The side of the thread that verifies what is offered. It goes through the slots backwards: they are filled forwards, and
 * those that were filled last are needed last. So the two threads meet once in a round, not at every signature.
 */
export class SlotVerifier {
  readonly #room = new Uint8Array(SIGNATURE_SLOT_BYTES);
  #slot = 0;

  constructor(
    readonly memory: SlotMemory,
    readonly verifier: SignatureVerifier,
  ) {}

  /** Answers one that is offered. Returns whether there was one. */
  verifyNext(): boolean {
    const { memory, verifier } = this;
    const { states } = memory;
    for (let n = 0; n < SIGNATURE_SLOTS; n++) {
      this.#slot = (this.#slot + SIGNATURE_SLOTS - 1) % SIGNATURE_SLOTS;
      const slot = this.#slot;
      if (Atomics.load(states, slot) !== SLOT.offered) continue;
      if (Atomics.compareExchange(states, slot, SLOT.offered, SLOT.taken) !== SLOT.offered) continue;
      const { publicKey, message, signature } = memory.read(slot, this.#room);
      const isValid = verifier.verify(publicKey, message, signature);
      Atomics.store(states, slot, isValid ? SLOT.valid : SLOT.invalid);
      memory.beat();
      return true;
    }
    return false;
  }

  /** Answers what is offered, and waits for more, until the thread is terminated. */
  run(): never {
    for (;;) {
      const seen = this.memory.offers;
      while (this.verifyNext());
      this.memory.beat();
      this.memory.sleep(seen);
    }
  }
}
