import type { JsonObject } from '@careledger/crypto/portable';

const QUOTE = 0x22;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const BACKSLASH = 0x5c;
/** Characters below have to be escaped in JSON (RFC 8259 section 7). */
const FIRST_PLAIN = 0x20;
/** So many digits, and powers of ten with so many zeros, are exact in a double: their quotient is the nearest one. */
const EXACT_DIGITS = 15;

/**
 * The payload of a frame as nearly every device writes it: canonical JSON (RFC 8785) of a frame with readings and `sent`,
 * without escapes. What `JSON.parse` makes of it, in a third of the time; members whose names and places are known cannot
 * be there twice. Undefined for any other text: that has to be read as JSON, and may be as right.
 */
export function readPlainPayload(text: string): JsonObject | undefined {
  const reader = new PlainReader(text);
  const isSaidByWhom = reader.skip('{"by":"');
  const by = isSaidByWhom ? reader.text() : undefined;
  reader.expect(isSaidByWhom ? ',"epoch":"' : '{"epoch":"');
  const epoch = reader.text();
  reader.expect(',"prev":"');
  const prev = reader.text();
  reader.expect(',"readings":[');
  const readings: JsonObject[] = [];
  do readings.push(readPlainReading(reader));
  while (reader.skip(','));
  reader.expect('],"sent":"');
  const sent = reader.text();
  reader.expect(',"seq":');
  const seq = reader.number();
  reader.expect(',"v":');
  const v = reader.number();
  reader.expect('}');
  if (!reader.isRead) return undefined;
  const members = { epoch, prev, readings, sent, seq, v };
  return isSaidByWhom ? { ...members, by } : members;
}

function readPlainReading(reader: PlainReader): JsonObject {
  reader.expect('{"code":"');
  const code = reader.text();
  const isCompared = reader.skip(',"comparator":"');
  const comparator = isCompared ? reader.text() : undefined;
  reader.expect(',"t":"');
  const t = reader.text();
  reader.expect(',"unit":"');
  const unit = reader.text();
  reader.expect(',"value":');
  const value = reader.number();
  reader.expect('}');
  return isCompared ? { code, comparator, t, unit, value } : { code, t, unit, value };
}

/** Goes through a text once. Where it is not as expected, it stays: nothing is read any more. */
class PlainReader {
  readonly #text: string;
  #at = 0;
  #isPlain = true;

  constructor(text: string) {
    this.#text = text;
  }

  /** Whether all of the text was read, and was as expected. */
  get isRead(): boolean {
    return this.#isPlain && this.#at === this.#text.length;
  }

  /** Goes on behind `literal` if it is what comes next. */
  skip(literal: string): boolean {
    if (!this.#isPlain || !this.#text.startsWith(literal, this.#at)) return false;
    this.#at += literal.length;
    return true;
  }

  expect(literal: string): void {
    if (!this.skip(literal)) this.#isPlain = false;
  }

  /** Up to the quote, and behind it. */
  text(): string {
    const start = this.#at;
    if (!this.#isPlain) return '';
    for (let at = start; at < this.#text.length; at++) {
      const code = this.#text.charCodeAt(at);
      if (code === QUOTE) {
        this.#at = at + 1;
        return this.#text.slice(start, at);
      }
      if (code < FIRST_PLAIN || code === BACKSLASH) break;
    }
    this.#isPlain = false;
    return '';
  }

  /** A number without exponent, of few enough digits to be exact. */
  number(): number {
    let at = this.#at;
    const isNegative = this.#text.charCodeAt(at) === MINUS;
    if (isNegative) at++;
    const start = at;
    let digits = 0;
    let pointAt = -1;
    for (; at < this.#text.length; at++) {
      const code = this.#text.charCodeAt(at);
      if (code >= ZERO && code <= NINE) digits = digits * 10 + (code - ZERO);
      else if (code === DOT && pointAt < 0) pointAt = at;
      else break;
    }
    const wholeEnd = pointAt < 0 ? at : pointAt;
    const hasZeroBefore = wholeEnd > start + 1 && this.#text.charCodeAt(start) === ZERO;
    if (wholeEnd === start || hasZeroBefore || pointAt === at - 1 || at - start > EXACT_DIGITS)
      this.#isPlain = false;
    if (this.#isPlain) this.#at = at;
    const value = pointAt < 0 ? digits : digits / 10 ** (at - pointAt - 1);
    return isNegative ? -value : value;
  }
}
