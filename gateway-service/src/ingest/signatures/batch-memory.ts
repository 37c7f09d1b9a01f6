/** Frames of a batch: about 1.7 ms of verifying. */
export const BATCH_MAX_FRAMES = 32;
/** Bytes of their messages. A frame that is longer alone is verified by the thread that reads frames. */
const MESSAGES_BYTES = 64 * 1024;
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

/** Places in `state`: whose turn it is, how many frames there are, then each one's length. */
const TURN = 0;
const COUNT = 1;
const LENGTHS = 2;
const STATE_WORDS = LENGTHS + BATCH_MAX_FRAMES;

/** Whose a batch is. */
const FREE = 0;
const TO_VERIFY = 1;
const VERIFIED = 2;

/** What is verified. */
export interface SignedBytes {
  /** Raw Ed25519. */
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * A batch of signatures in memory that two threads share. It belongs to one of them at a time, as its state says: the one
 * that reads frames fills it and hands it over, the one that verifies answers and hands it back.
 */
export class BatchMemory {
  readonly #state: Int32Array;
  readonly #keys: Uint8Array;
  readonly #signatures: Uint8Array;
  readonly #messages: Uint8Array;
  /** 1 for each that holds. */
  readonly #answers: Uint8Array;
  #count = 0;
  #used = 0;

  /** @param shared as many bytes as `makeShared` gives */
  constructor(shared: SharedArrayBuffer) {
    let at = 0;
    const take = (bytes: number): Uint8Array => new Uint8Array(shared, (at += bytes) - bytes, bytes);
    this.#state = new Int32Array(shared, 0, STATE_WORDS);
    at = this.#state.byteLength;
    this.#answers = take(BATCH_MAX_FRAMES);
    this.#keys = take(BATCH_MAX_FRAMES * KEY_BYTES);
    this.#signatures = take(BATCH_MAX_FRAMES * SIGNATURE_BYTES);
    this.#messages = take(MESSAGES_BYTES);
  }

  static makeShared(): SharedArrayBuffer {
    const words = STATE_WORDS * Int32Array.BYTES_PER_ELEMENT;
    return new SharedArrayBuffer(
      words + BATCH_MAX_FRAMES * (1 + KEY_BYTES + SIGNATURE_BYTES) + MESSAGES_BYTES,
    );
  }

  /** Whether it can be filled. */
  get isFree(): boolean {
    return Atomics.load(this.#state, TURN) === FREE;
  }

  get isVerified(): boolean {
    return Atomics.load(this.#state, TURN) === VERIFIED;
  }

  /** Puts one more in. Returns where, or undefined if there is no room or it has no form that could hold. */
  add({ publicKey, message, signature }: SignedBytes): number | undefined {
    const index = this.#count;
    if (index === BATCH_MAX_FRAMES || this.#used + message.length > MESSAGES_BYTES) return undefined;
    if (publicKey.length !== KEY_BYTES || signature.length !== SIGNATURE_BYTES) return undefined;
    this.#keys.set(publicKey, index * KEY_BYTES);
    this.#signatures.set(signature, index * SIGNATURE_BYTES);
    this.#messages.set(message, this.#used);
    this.#state[LENGTHS + index] = message.length;
    this.#used += message.length;
    this.#count++;
    return index;
  }

  /** Hands what was put in to the thread that verifies. */
  handOver(): void {
    this.#state[COUNT] = this.#count;
    this.#turn(TO_VERIFY);
  }

  /** Takes the answers, by the places that `add` gave, and makes it free. */
  takeAnswers(): boolean[] {
    const answers = Array.from(this.#answers.subarray(0, this.#count), (answer) => answer === 1);
    this.#count = 0;
    this.#used = 0;
    Atomics.store(this.#state, TURN, FREE);
    return answers;
  }

  /** For the thread that verifies: waits for a batch, answers, and hands it back. */
  answer(verify: (signed: SignedBytes) => boolean): void {
    for (let turn = FREE; turn !== TO_VERIFY; turn = Atomics.load(this.#state, TURN)) {
      Atomics.wait(this.#state, TURN, turn);
    }
    const count = this.#state[COUNT] ?? 0;
    // Native code takes no shared memory.
    const keys = copied(this.#keys.subarray(0, count * KEY_BYTES));
    const signatures = copied(this.#signatures.subarray(0, count * SIGNATURE_BYTES));
    let end = 0;
    for (let index = 0; index < count; index++) end += this.#state[LENGTHS + index] ?? 0;
    const messages = copied(this.#messages.subarray(0, end));
    let at = 0;
    for (let index = 0; index < count; index++) {
      const length = this.#state[LENGTHS + index] ?? 0;
      const holds = verify({
        publicKey: keys.subarray(index * KEY_BYTES, (index + 1) * KEY_BYTES),
        signature: signatures.subarray(index * SIGNATURE_BYTES, (index + 1) * SIGNATURE_BYTES),
        message: messages.subarray(at, at + length),
      });
      this.#answers[index] = holds ? 1 : 0;
      at += length;
    }
    this.#turn(VERIFIED);
  }

  #turn(turn: number): void {
    Atomics.store(this.#state, TURN, turn);
    Atomics.notify(this.#state, TURN);
  }
}

/** In memory of this thread alone. */
function copied(shared: Uint8Array): Uint8Array {
  const own = new Uint8Array(shared.length);
  own.set(shared);
  return own;
}
