import { CryptoError } from './errors.js';

/**
 * Reads text that is known to be JSON (`JSON.parse` took it) member by member.
 *
 * `JSON.parse` of V8 takes an escaped name for another one when an object of that shape was read before in the same
 * process: after `{"a":1,"\\u0062":2}` it reads `{"a":1,"\u0062":2}` as if the second name had a backslash
 * (https://github.com/nodejs/node/issues/63785). The same bytes would be two values in two processes, and a member that
 * is there twice under two spellings would not be found.
 * @param maxDepth levels of objects and arrays
 * @param scalar what to make of a number, `true`, `false` or `null`, by its text
 * @throws CryptoError `JSON_DUPLICATE_KEY`, `JSON_INVALID` for nesting deeper than `maxDepth`
 */
export function readJson(
  text: string,
  maxDepth: number,
  scalar: (source: string) => unknown = JSON.parse,
): unknown {
  return new JsonReader(text, maxDepth, scalar).value(0);
}

const PROTO = '__proto__';
const QUOTE = '"';
const BACKSLASH = '\\';
const SPACE: ReadonlySet<string | undefined> = new Set([' ', '\t', '\n', '\r']);
/** What ends a number, `true`, `false` or `null`; undefined stands for the end of the text. */
const AFTER_SCALAR: ReadonlySet<string | undefined> = new Set([...SPACE, ',', ']', '}', undefined]);

class JsonReader {
  readonly #text: string;
  readonly #maxDepth: number;
  readonly #read: (source: string) => unknown;
  #at = 0;

  constructor(text: string, maxDepth: number, scalar: (source: string) => unknown) {
    this.#text = text;
    this.#maxDepth = maxDepth;
    this.#read = scalar;
  }

  value(depth: number): unknown {
    const first = this.#next();
    if (first === '{') return this.#object(depth);
    if (first === '[') return this.#array(depth);
    return first === QUOTE ? this.#string() : this.#scalar();
  }

  #object(depth: number): unknown {
    const object: Record<string, unknown> = {};
    this.#each('}', depth, () => {
      const name = this.#string();
      if (Object.hasOwn(object, name)) {
        throw new CryptoError('JSON_DUPLICATE_KEY', 'A JSON object names a member twice');
      }
      this.#next();
      this.#at++; // The colon.
      const value = this.value(depth + 1);
      // Assigned, this one would become the prototype.
      if (name !== PROTO) object[name] = value;
      else
        Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
    });
    return object;
  }

  #array(depth: number): unknown[] {
    const items: unknown[] = [];
    this.#each(']', depth, () => items.push(this.value(depth + 1)));
    return items;
  }

  /** Reads what lies between the bracket at which the reader stands and the closing one, part by part. */
  #each(end: string, depth: number, read: () => void): void {
    if (depth >= this.#maxDepth) {
      throw new CryptoError('JSON_INVALID', `JSON nested deeper than ${this.#maxDepth} levels`);
    }
    do {
      this.#at++; // The opening bracket or a comma.
      if (this.#next() === end) break;
      read();
    } while (this.#next() === ',');
    this.#at++;
  }

  /** A string alone is read rightly: only names of members are looked up among the shapes of former objects. */
  #string(): string {
    const start = this.#at++;
    let isEscaped = false;
    for (let letter = this.#text[this.#at]; letter !== QUOTE; letter = this.#text[this.#at]) {
      isEscaped ||= letter === BACKSLASH;
      this.#at += letter === BACKSLASH ? 2 : 1;
    }
    const text = this.#text.slice(start, ++this.#at);
    return isEscaped ? (JSON.parse(text) as string) : text.slice(1, -1);
  }

  #scalar(): unknown {
    const start = this.#at;
    while (!AFTER_SCALAR.has(this.#text[this.#at])) this.#at++;
    return this.#read(this.#text.slice(start, this.#at));
  }

  /** The next character that is no white space, and there the reader stands. */
  #next(): string | undefined {
    while (SPACE.has(this.#text[this.#at])) this.#at++;
    return this.#text[this.#at];
  }
}
