import fc from 'fast-check';

const REPLACE = 'replace';
const INSERT = 'insert';
const LEAVE_OUT = 'leave out';

/**
 * Texts that differ from `text` in one character, replaced, added or left out. Most of the new characters come
 * from the text itself, so that they are of its alphabet.
 */
export function alteredText(text: string): fc.Arbitrary<string> {
  const letter = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...new Set(text)) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
  );
  return fc
    .record({
      how: fc.constantFrom(REPLACE, INSERT, LEAVE_OUT),
      index: fc.nat({ max: text.length - 1 }),
      letter,
    })
    .map(({ how, index, letter: added }) => {
      const before = text.slice(0, index);
      if (how === INSERT) return before + added + text.slice(index);
      return before + (how === REPLACE ? added : '') + text.slice(index + 1);
    })
    .filter((altered) => altered !== text);
}

const BITS = 8;

/** Copies of `bytes`, which has at least one, with one bit flipped. */
export function alteredBytes(bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
  return fc.nat({ max: bytes.length * BITS - 1 }).map((bit) => {
    const altered = Uint8Array.from(bytes);
    const index = Math.floor(bit / BITS);
    altered[index] = (altered[index] ?? 0) ^ (1 << (bit % BITS));
    return altered;
  });
}
