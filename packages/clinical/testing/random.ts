/** Seeded generator (mulberry32), so that a failure can be run again. Uniform in [0, 1). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The items in an order in which each comes at most `latenessMs` after its time. */
export const delayed = <T extends { readonly t: number }>(
  items: readonly T[],
  latenessMs: number,
  random: () => number,
): T[] =>
  items
    .map((item) => ({ item, arrives: item.t + random() * latenessMs }))
    .sort((a, b) => a.arrives - b.arrives)
    .map(({ item }) => item);
