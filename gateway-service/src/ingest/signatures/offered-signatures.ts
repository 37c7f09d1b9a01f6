import { SIGNATURE_SLOTS } from '../limits.js';
import type { SignedBytes } from './signed-bytes.js';
import { SLOT, SLOT_MESSAGE_MAX_BYTES, SlotMemory } from './slot-memory.js';

/** A signature that was offered. */
export interface Offered {
  /**
   * Once, when its turn has come: whether the signature is one by this key, if the other thread knows; undefined if not, and
   * whoever asks verifies it. Never waits.
   */
  take(publicKey: Uint8Array): boolean | undefined;
}

/** The side of whoever offers signatures to the other thread. */
export class OfferedSignatures {
  readonly memory = SlotMemory.make();
  /** Free ones in the order in which they became free, in a circle. */
  readonly #free = Int32Array.from({ length: SIGNATURE_SLOTS }, (_, slot) => slot);
  #freeAt = 0;
  #freeCount = SIGNATURE_SLOTS;
  /** Those that the other thread had begun when their turn came: they become free when it is done. */
  readonly #begun: number[] = [];

  /** Undefined if there is no room for it now, or never. */
  offer(signed: SignedBytes): Offered | undefined {
    if (signed.message.length > SLOT_MESSAGE_MAX_BYTES) return undefined;
    if (this.#begun.length > 0) this.#freeBegun();
    if (this.#freeCount === 0) return undefined;
    const slot = this.#free[this.#freeAt] ?? 0;
    this.#freeAt = (this.#freeAt + 1) % SIGNATURE_SLOTS;
    this.#freeCount--;
    this.memory.offer(slot, signed);
    const { publicKey } = signed;
    return {
      take: (key) => {
        const answer = this.#take(slot);
        return key === publicKey ? answer : undefined;
      },
    };
  }

  /** Whether something that was offered is still unanswered. */
  get isWaiting(): boolean {
    return this.memory.states.some((_, slot) => {
      const state = Atomics.load(this.memory.states, slot);
      return state === SLOT.offered || state === SLOT.taken;
    });
  }

  #take(slot: number): boolean | undefined {
    const { states } = this.memory;
    const state = Atomics.compareExchange(states, slot, SLOT.offered, SLOT.free);
    if (state === SLOT.taken) {
      this.#begun.push(slot);
      return undefined;
    }
    this.#release(slot);
    return state === SLOT.offered ? undefined : state === SLOT.valid;
  }

  #freeBegun(): void {
    for (let n = this.#begun.length - 1; n >= 0; n--) {
      const slot = this.#begun[n] ?? 0;
      if (Atomics.load(this.memory.states, slot) === SLOT.taken) continue;
      this.#begun.splice(n, 1);
      this.#release(slot);
    }
  }

  #release(slot: number): void {
    Atomics.store(this.memory.states, slot, SLOT.free);
    this.#free[(this.#freeAt + this.#freeCount) % SIGNATURE_SLOTS] = slot;
    this.#freeCount++;
  }
}
