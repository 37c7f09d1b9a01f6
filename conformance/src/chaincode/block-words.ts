/** Text that chance does not make of random bytes. */
const TEXT = /[\x20-\x7e]{24,}/g;
/** Of a JWS or of any other bytes in text. */
const BASE64URL = /[\w-]{24,}/g;
const DEPTH_MAX = 4;
/** Shorter words turn up in random bytes by chance. */
const LONG_WORD_CHARS = 5;

/** Every printable text in bytes, and what lies encoded in it: the payloads of statements, and of those within them. */
function textsIn(bytes: Uint8Array, depth = 0): string[] {
  const texts = Buffer.from(bytes).toString('latin1').match(TEXT) ?? [];
  if (depth === DEPTH_MAX) return texts;
  const encoded = texts.flatMap((text) => text.match(BASE64URL) ?? []);
  return [...texts, ...encoded.flatMap((each) => textsIn(Buffer.from(each, 'base64url'), depth + 1))];
}

/** Whether a word stands in a text between other characters than those of words. */
function holds(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1))
    if (!/[\w-]/.test(`${text.charAt(at - 1)}${text.charAt(at + word.length)}`)) return true;
  return false;
}

/** Which of these words blocks hold: a long one anywhere, a short one (`N`) as a whole value of JSON. */
export function wordsIn(blocks: readonly Uint8Array[], words: readonly string[]): string[] {
  const texts = blocks.flatMap((block) => [Buffer.from(block).toString('latin1'), ...textsIn(block)]);
  return words.filter((word) =>
    texts.some((text) => (word.length < LONG_WORD_CHARS ? text.includes(`"${word}"`) : holds(text, word))),
  );
}
