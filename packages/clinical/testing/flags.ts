/** Flags by row, in one order. */
export const flagsInOrder = (flags: ReadonlyMap<number, readonly string[]>): [number, string[]][] =>
  [...flags].map(([row, names]): [number, string[]] => [row, names.toSorted()]).sort(([a], [b]) => a - b);
