import { bytesToCheck, checkPacket, isPublish, type PacketFault } from './packet-check.js';

/** Digits of MQTT's remaining length (MQTT 3.1.1 section 2.2.3). */
const LENGTH_DIGITS_MAX = 4;
const CONTINUES = 0x80;
const DIGIT = 0x7f;
const NOTHING = Buffer.alloc(0);

/** Why a stream of packets is not read any further. */
export interface StreamFault extends PacketFault {
  readonly code: 'PACKET_TOO_LARGE' | 'PACKET_MALFORMED';
}

/** Takes PUBLISH packets out of a stream. */
export interface PublishTaker {
  /** Whether it takes what begins now; if not, the parser behind gets it. */
  readonly takesPublishes: boolean;
  /** Whether what follows is to be held back. */
  readonly isBusy: boolean;
  /**
   * Takes a whole packet, which was checked. Returns whether to read on.
   * @param firstByte type and flags
   * @param body all behind the fixed header
   */
  take(firstByte: number, body: Buffer): boolean;
}

/**
 * Follows an MQTT byte stream from a client, so that a packet that announces too much is noticed before anything of it is
 * buffered, and a malformed one before the parser sees it: that has no limit, and is lenient. Frames, nearly all that
 * comes, are taken out here: they need nothing else that a broker does.
 */
export class PacketStream {
  /** Bytes of the current packet still to come. */
  #rest = 0;
  #firstByte = 0;
  /** Digits of the length read so far; -1 before a packet's first byte. */
  #digits = -1;
  #length = 0;
  /** Whether the current packet is taken out. */
  #isTaken = false;
  /** Whether the current packet's head is still to be checked, or all of one that is taken to be had. */
  #isUnchecked = false;
  /** Bytes that this needs, and those of them that earlier chunks brought. */
  #needed = 0;
  #head = NOTHING;
  #filled = 0;
  #held: Buffer | undefined;
  #fault: StreamFault | undefined;
  #isOver = false;
  readonly #maxBytes: number;
  readonly #taker: PublishTaker;

  constructor(maxBytes: number, taker: PublishTaker) {
    this.#maxBytes = maxBytes;
    this.#taker = taker;
  }

  /** What is wrong, once something is. */
  get fault(): StreamFault | undefined {
    return this.#fault;
  }

  /** Whether nothing more may be read: at a fault, or because the taker says so. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** What `accept` left of a chunk: the next to be read. */
  takeHeld(): Buffer | undefined {
    const held = this.#held;
    this.#held = undefined;
    return held;
  }

  /**
   * Reads a chunk. Returns what of it is for the parser behind. Order is kept: a PUBLISH that follows packets of other
   * kinds is held back until these are through, and so is one for which the taker is too busy.
   */
  accept(chunk: Buffer): Buffer {
    let at = 0;
    let leftAt = 0;
    while (at < chunk.length) {
      if (this.#rest > 0) at = this.#body(chunk, at);
      else {
        const first = chunk[at] ?? 0;
        if (this.#digits < 0 && isPublish(first) && (leftAt < at || this.#taker.isBusy)) {
          this.#held = chunk.subarray(at);
          break;
        }
        this.#header(first);
        at++;
      }
      if (this.#isOver) return NOTHING;
      if (this.#isTaken) leftAt = at;
    }
    return chunk.subarray(leftAt, at);
  }

  #header(byte: number): void {
    if (this.#digits < 0) {
      this.#firstByte = byte;
      this.#isTaken = isPublish(byte) && this.#taker.takesPublishes;
      this.#digits = 0;
      this.#length = 0;
      return;
    }
    this.#length += (byte & DIGIT) * 128 ** this.#digits++;
    if ((byte & CONTINUES) !== 0) {
      if (this.#digits === LENGTH_DIGITS_MAX)
        this.#refuse({ code: 'PACKET_MALFORMED', rule: '2.2.3: a length of five digits' });
      return;
    }
    this.#digits = -1;
    this.#rest = this.#length;
    if (this.#length > this.#maxBytes) {
      this.#refuse({ code: 'PACKET_TOO_LARGE', rule: `more than ${this.#maxBytes} bytes` });
      return;
    }
    this.#isUnchecked = true;
    this.#filled = 0;
    this.#needed = this.#isTaken ? this.#length : bytesToCheck(this.#firstByte, this.#length, NOTHING);
    if (this.#length === 0) this.#check(NOTHING);
  }

  /** Reads what the chunk has of the current packet behind its header. Returns where it ends. */
  #body(chunk: Buffer, at: number): number {
    const end = at + Math.min(this.#rest, chunk.length - at);
    this.#rest -= end - at;
    if (this.#isUnchecked) this.#check(chunk.subarray(at, end));
    return end;
  }

  /** Looks at the packet if all that is needed of it is there with these bytes, or keeps them until it is. */
  #check(bytes: Buffer): void {
    const seen = this.#filled === 0 && bytes.length >= this.#needed ? bytes : this.#keep(bytes);
    if (!this.#isTaken) this.#needed = bytesToCheck(this.#firstByte, this.#length, seen);
    if (seen.length < this.#needed) {
      if (this.#filled === 0) this.#keep(seen);
      return;
    }
    this.#isUnchecked = false;
    this.#head = NOTHING;
    const needed = seen.length === this.#needed ? seen : seen.subarray(0, this.#needed);
    const fault = checkPacket(this.#firstByte, needed);
    if (fault !== undefined) this.#refuse({ code: 'PACKET_MALFORMED', ...fault });
    else if (this.#isTaken && !this.#taker.take(this.#firstByte, needed)) this.#isOver = true;
  }

  #refuse(fault: StreamFault): void {
    this.#fault = fault;
    this.#isOver = true;
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
