/** Digits of MQTT's remaining length (MQTT 3.1.1 section 2.2.3). */
const LENGTH_DIGITS_MAX = 4;
const CONTINUES = 0x80;
const DIGIT = 0x7f;

/**
 * Follows the fixed headers of an MQTT byte stream, so that a packet that announces too much is noticed before anything
 * of it is buffered: the parser itself has no such limit. Costs a few operations per packet.
 */
export class PacketGuard {
  /** Bytes of the current packet still to come. */
  #rest = 0;
  /** Digits of the length read so far; -1 before a packet's first byte. */
  #digits = -1;
  #length = 0;
  readonly #maxBytes: number;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** False once a packet is too large, or its length malformed. */
  accept(chunk: Uint8Array): boolean {
    let at = 0;
    while (at < chunk.length) {
      if (this.#rest > 0) {
        const skipped = Math.min(this.#rest, chunk.length - at);
        this.#rest -= skipped;
        at += skipped;
      } else if (!this.#header(chunk[at++] ?? 0)) return false;
    }
    return true;
  }

  #header(byte: number): boolean {
    if (this.#digits < 0) {
      this.#digits = 0;
      this.#length = 0;
      return true;
    }
    this.#length += (byte & DIGIT) * 128 ** this.#digits++;
    if ((byte & CONTINUES) !== 0) return this.#digits < LENGTH_DIGITS_MAX;
    this.#digits = -1;
    this.#rest = this.#length;
    return this.#length <= this.#maxBytes;
  }
}
