import { SIGNATURE_SLOTS, SIGNATURE_SLOT_BYTES } from '../limits.js';
import type { SignedBytes } from './signed-bytes.js';

/** What a slot's signature is at. Whoever offered it frees it, or takes it back; the other thread takes and answers it. */
export const SLOT = { free: 0, offered: 1, taken: 2, valid: 3, invalid: 4 } as const;

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const MESSAGE_AT = KEY_BYTES + SIGNATURE_BYTES;
export const SLOT_MESSAGE_MAX_BYTES = SIGNATURE_SLOT_BYTES - MESSAGE_AT;

/** Words before the slots' own: how many offers there were, whether the other thread sleeps, and its signs of life. */
const OFFERS = 0;
const SLEEPS = 1;
const BEATS = 2;
const HEAD_WORDS = 3;
const WORD_BYTES = Int32Array.BYTES_PER_ELEMENT;
const SLOTS_AT = (HEAD_WORDS + 2 * SIGNATURE_SLOTS) * WORD_BYTES;

/**
 * Signatures in memory that two threads share, each in a slot of its own: its state, the length of its message, then key,
 * signature and message. A slot's bytes belong to the thread that put it into the state that it has.
 */
export class SlotMemory {
  readonly states: Int32Array<SharedArrayBuffer>;
  readonly #head: Int32Array<SharedArrayBuffer>;
  readonly #lengths: Int32Array<SharedArrayBuffer>;
  readonly #bytes: Uint8Array<SharedArrayBuffer>;

  constructor(readonly shared: SharedArrayBuffer) {
    this.#head = new Int32Array(shared, 0, HEAD_WORDS);
    this.states = new Int32Array(shared, HEAD_WORDS * WORD_BYTES, SIGNATURE_SLOTS);
    this.#lengths = new Int32Array(shared, (HEAD_WORDS + SIGNATURE_SLOTS) * WORD_BYTES, SIGNATURE_SLOTS);
    this.#bytes = new Uint8Array(shared, SLOTS_AT);
  }

  static make(): SlotMemory {
    return new SlotMemory(new SharedArrayBuffer(SLOTS_AT + SIGNATURE_SLOTS * SIGNATURE_SLOT_BYTES));
  }

  /** Into a slot that is free: the other thread may take it from now on. The message has to fit. */
  offer(slot: number, { publicKey, message, signature }: SignedBytes): void {
    const at = slot * SIGNATURE_SLOT_BYTES;
    this.#bytes.set(publicKey, at);
    this.#bytes.set(signature, at + KEY_BYTES);
    this.#bytes.set(message, at + MESSAGE_AT);
    this.#lengths[slot] = message.length;
    Atomics.store(this.states, slot, SLOT.offered);
    Atomics.add(this.#head, OFFERS, 1);
    if (Atomics.load(this.#head, SLEEPS) === 1) Atomics.notify(this.#head, OFFERS);
  }

  /** What is in a slot, copied into `room`: nobody changes it any more, and native code takes it. */
  read(slot: number, room: Uint8Array): SignedBytes {
    const at = slot * SIGNATURE_SLOT_BYTES;
    const end = MESSAGE_AT + (this.#lengths[slot] ?? 0);
    room.set(this.#bytes.subarray(at, at + end));
    return {
      publicKey: room.subarray(0, KEY_BYTES),
      signature: room.subarray(KEY_BYTES, MESSAGE_AT),
      message: room.subarray(MESSAGE_AT, end),
    };
  }

  /** How many offers there were: what `sleep` is told. */
  get offers(): number {
    return Atomics.load(this.#head, OFFERS);
  }

  /** Changes while the other thread lives, unless it sleeps and is offered nothing. */
  get beats(): number {
    return Atomics.load(this.#head, BEATS);
  }

  beat(): void {
    Atomics.add(this.#head, BEATS, 1);
  }

  /** Returns once there were more offers than `seen`. */
  sleep(seen: number): void {
    Atomics.store(this.#head, SLEEPS, 1);
    Atomics.wait(this.#head, OFFERS, seen);
    Atomics.store(this.#head, SLEEPS, 0);
  }
}
