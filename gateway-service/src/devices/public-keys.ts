const KEY_BYTES = 32;
const KEYS_PER_SLAB = 128;

let slab = new Uint8Array(0);
let used = 0;

/** A copy of a raw key, many in one buffer: each with a buffer of its own would take three times as much. */
export function keptKey(key: Uint8Array): Uint8Array {
  if (used === slab.length) {
    slab = new Uint8Array(KEYS_PER_SLAB * KEY_BYTES);
    used = 0;
  }
  const kept = slab.subarray(used, used + KEY_BYTES);
  kept.set(key);
  used += KEY_BYTES;
  return kept;
}
