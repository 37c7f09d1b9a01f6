import { bytesToCheck, checkPacket, type PacketFault } from './packet-check.js';

/** Digits of MQTT's remaining length (MQTT 3.1.1 section 2.2.3). */
const LENGTH_DIGITS_MAX = 4;
const CONTINUES = 0x80;
const DIGIT = 0x7f;
const NOTHING = Buffer.alloc(0);

/** Why a stream of packets is not read any further. */
export interface StreamFault extends PacketFault {
  readonly code: 'PACKET_TOO_LARGE' | 'PACKET_MALFORMED';
}

/**
 * Follows an MQTT byte stream from a client, so that a packet that announces too much is noticed before anything of it is
 * buffered, and a malformed one before the parser sees it: that has no limit, and is lenient. Of a frame only the topic is
 * looked at.
 */
export class PacketGuard {
  /** Bytes of the current packet still to come. */
  #rest = 0;
  #firstByte = 0;
  /** Digits of the length read so far; -1 before a packet's first byte. */
  #digits = -1;
  #length = 0;
  /** Whether the current packet's head is still to be checked. */
  #isUnchecked = false;
  /** Bytes that the check needs, and those of them that earlier chunks brought. */
  #needed = 0;
  #head = NOTHING;
  #filled = 0;
  readonly #maxBytes: number;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** What is wrong, once something is. Nothing may be read after that. */
  accept(chunk: Buffer): StreamFault | undefined {
    let at = 0;
    while (at < chunk.length) {
      let fault: StreamFault | undefined;
      if (this.#rest === 0) fault = this.#header(chunk[at++] ?? 0);
      else {
        const end = at + Math.min(this.#rest, chunk.length - at);
        if (this.#isUnchecked) fault = this.#check(chunk.subarray(at, end));
        this.#rest -= end - at;
        at = end;
      }
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  #header(byte: number): StreamFault | undefined {
    if (this.#digits < 0) {
      this.#firstByte = byte;
      this.#digits = 0;
      this.#length = 0;
      return undefined;
    }
    this.#length += (byte & DIGIT) * 128 ** this.#digits++;
    if ((byte & CONTINUES) !== 0)
      return this.#digits < LENGTH_DIGITS_MAX
        ? undefined
        : { code: 'PACKET_MALFORMED', rule: '2.2.3: a length of five digits' };
    this.#digits = -1;
    this.#rest = this.#length;
    if (this.#length > this.#maxBytes)
      return { code: 'PACKET_TOO_LARGE', rule: `more than ${this.#maxBytes} bytes` };
    this.#isUnchecked = true;
    this.#filled = 0;
    this.#needed = bytesToCheck(this.#firstByte, this.#length, NOTHING);
    return this.#length === 0 ? this.#check(NOTHING) : undefined;
  }

  /** Looks at the packet's head if it is whole with these bytes, or keeps them until it is. */
  #check(bytes: Buffer): StreamFault | undefined {
    const seen = this.#filled === 0 && bytes.length >= this.#needed ? bytes : this.#keep(bytes);
    this.#needed = bytesToCheck(this.#firstByte, this.#length, seen);
    if (seen.length < this.#needed) {
      if (this.#filled === 0) this.#keep(seen);
      return undefined;
    }
    this.#isUnchecked = false;
    this.#head = NOTHING;
    const fault = checkPacket(this.#firstByte, seen.subarray(0, this.#needed));
    return fault && { code: 'PACKET_MALFORMED', ...fault };
  }

  /** Copies: the chunk itself goes on to the parser. Room for all that is needed is made once. */
  #keep(bytes: Buffer): Buffer {
    const end = this.#filled + bytes.length;
    if (this.#head.length < Math.max(end, this.#needed)) {
      const head = Buffer.alloc(Math.max(end, this.#needed));
      this.#head.copy(head, 0, 0, this.#filled);
      this.#head = head;
    }
    bytes.copy(this.#head, this.#filled);
    this.#filled = end;
    return this.#head.subarray(0, end);
  }
}
