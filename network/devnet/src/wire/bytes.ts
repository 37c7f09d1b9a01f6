/** The same memory as a Buffer; nothing is copied. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Where UTF-16 order, which JavaScript compares by, and UTF-8 order can differ. */
const BEYOND_SIMPLE = /[\ud800-\uffff]/;

/** Order of strings by their UTF-8 bytes, which is Go's order; JavaScript's own differs beyond U+FFFF. */
export function compareUtf8(a: string, b: string): number {
  if (a === b) return 0;
  if (!BEYOND_SIMPLE.test(a) && !BEYOND_SIMPLE.test(b)) return a < b ? -1 : 1;
  return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));
}

/** Keys of a map in Go's string order. */
export function sortedKeys(map: ReadonlyMap<string, unknown>): string[] {
  return [...map.keys()].sort(compareUtf8);
}
